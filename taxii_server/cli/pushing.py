"""`clearinghouse push`: files to a collection of a TAXII 2.1 server."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from stix_mappers import MEMBERS, Skip, StixObject, map_files
from taxii_server.cli.common import REFUSED, fail
from taxii_server.cli.loading import tell_unusable
from taxii_server.cli.progress import shown
from taxii_server.cli.taxii_client import ClientError, TaxiiClient
from taxii_server.core.status import StatusResource

_MOST_OBJECTS = 1000
_FRAME = len(b'{"objects":[]}')


class _Pushed(NamedTuple):
    successes: int
    failures: int


class _Bundle(msgspec.Struct):
    objects: list[msgspec.Raw]


@click.command("push")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", required=True, metavar="API_ROOT_URL", help="The API root, such as https://HOST/coalition/.")
@click.option("--collection", required=True, metavar="ID_OR_ALIAS", help="The collection to push to.")
@click.option("--member", type=click.Choice(MEMBERS), help="The files are raw records of this member: map them first.")
def push_command(files: tuple[str, ...], url: str, collection: str, member: str | None) -> None:
    """Push bundles, envelopes and JSON lines; `-` is standard input.

    Credentials come from CLEARINGHOUSE_TOKEN, or CLEARINGHOUSE_USER and CLEARINGHOUSE_PASSWORD. Every object that
    is refused is named with its reason on standard error. Exit code 0: all was taken; 1: something was refused, or
    a file or row could not be used.
    """
    skips: list[Skip] = []
    try:
        with TaxiiClient(url, collection) as client:
            objects = _mapped(member, files, client, skips) if member else _read(files)
            successes, failures = _push(client, shown(objects, "objects"))
    except (ClientError, ValueError, OSError) as error:
        fail(str(error), REFUSED)
    click.echo(f"Pushed {successes} objects; {failures} were refused, {len(skips)} rows were skipped.", err=True)
    tell_unusable(skips)
    sys.exit(REFUSED if failures or any(skip.refused for skip in skips) else 0)


def _push(client: TaxiiClient, objects: Iterable[bytes]) -> _Pushed:
    successes = failures = 0
    for envelope in _envelopes(objects, client.max_content_length()):
        status = client.push(envelope)
        successes += status.success_count
        failures += status.failure_count
        _tell_failures(status)
    return _Pushed(successes, failures)


def _tell_failures(status: StatusResource) -> None:
    for failure in status.failures:
        click.echo(f"refused: {failure.id} {failure.version}: {failure.message}", err=True)


def _envelopes(objects: Iterable[bytes], largest: int) -> Iterator[bytes]:
    """Envelopes of at most a thousand objects, none larger than the server takes unless one object is."""
    batch: list[bytes] = []
    size = _FRAME
    for octets in objects:
        if batch and (len(batch) == _MOST_OBJECTS or size + len(octets) + 1 > largest):
            yield _envelope(batch)
            batch, size = [], _FRAME
        batch.append(octets)
        size += len(octets) + 1
    if batch:
        yield _envelope(batch)


def _envelope(objects: list[bytes]) -> bytes:
    return b'{"objects":[' + b",".join(objects) + b"]}"


def _read(files: Iterable[str]) -> Iterator[bytes]:
    """The objects of bundles, envelopes and JSON lines. Raises ValueError that names the file and line."""
    for name in files:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        try:
            yield from (bytes(one) for one in msgspec.json.decode(content, type=_Bundle).objects)
        except msgspec.DecodeError:
            yield from _lines(name, content)


def _lines(name: str, content: bytes) -> Iterator[bytes]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            json.loads(line)
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: no bundle, no envelope and no JSON line: {error}") from None
        yield line


def _mapped(member: str, files: Iterable[str], client: TaxiiClient, skips: list[Skip]) -> Iterator[bytes]:
    """The objects of raw records; what the collection has already decides what is a new version."""

    def previous(object_id: str) -> StixObject | None:
        latest = client.latest(object_id)
        return None if latest is None else msgspec.json.decode(latest)

    for one in map_files(member, files, previous=previous, on_skip=skips.append):
        yield msgspec.json.encode(one)
