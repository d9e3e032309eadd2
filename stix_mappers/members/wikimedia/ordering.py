"""The changes of a file by account and time, in bounded memory: logs come newest first, dumps may be endless.

All that a file tells of one account stands together then, the oldest first, so that a block, its changes and its end
are told one after another.
"""

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO, Final

import msgspec

from stix_mappers.members.wikimedia.changes import Change

_AT_ONCE: Final = 50_000

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Change).decode


def by_account_and_time(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield the changes in order; what does not fit into memory is sorted in temporary files."""
    with ExitStack() as stack:
        runs: list[IO[bytes]] = []
        held: list[Change] = []
        for change in changes:
            held.append(change)
            if len(held) == _AT_ONCE:
                runs.append(_run(sorted(held, key=_key), stack))
                held = []
        yield from heapq.merge(sorted(held, key=_key), *(map(_decode, run) for run in runs), key=_key)


def _key(change: Change) -> tuple[str, str, str, int, int]:
    return change.wiki, change.target, change.at, change.number, change.line


def _run(changes: list[Change], stack: ExitStack) -> IO[bytes]:
    run = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    run.writelines(_encode(change) + b"\n" for change in changes)
    run.seek(0)
    return run
