"""`clearinghouse map`: takedown records of a member as STIX 2.1, or as coalition records."""

import contextlib
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

import click
import msgspec

from stix_mappers import NotBuiltError, Record, Skip, StixObject, map_records, records_of
from stix_mappers.identifiers import bundle_id
from stix_mappers.markings import LEVELS
from stix_mappers.record import Tlp, encode
from taxii_server.cli.progress import shown

_encode: Final = msgspec.json.Encoder().encode


class _Tally:
    """Counts what a run reads, gives and skips, and writes the skips down."""

    def __init__(self, skips: BinaryIO | None) -> None:
        self.records = 0
        self.objects: Counter[str] = Counter()
        self.skips: Counter[str] = Counter()
        self.refused = False
        self._skips = skips

    def skip(self, skip: Skip) -> None:
        """Hear of a row that gave no record; what was refused is said at once."""
        self.skips[skip.reason] += 1
        self.refused |= skip.refused
        if self._skips is not None:
            self._skips.write(_encode(skip) + b"\n")
        if skip.refused:
            place = f"{skip.file}:{skip.line}" if skip.line else skip.file
            click.echo(f"{place}: {skip.reason}: {skip.detail or skip.value}", err=True)

    def summary(self) -> str:
        """Return the figures of the run in a few lines."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.objects.items()))
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.skips.items()))
        return "\n".join(
            (
                f"records: {self.records}",
                f"objects: {self.objects.total()}{f' ({kinds})' if kinds else ''}",
                f"skipped: {self.skips.total()}{f' ({reasons})' if reasons else ''}",
            )
        )


# its own, for click remembers the help option of whoever asks first: the group or a test of this command alone
@click.command("map", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("member")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--out", default="-", metavar="FILE|-", help="Where the result goes; standard output by default.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["bundle", "jsonl", "records"]),
    default="bundle",
    show_default=True,
    help="A STIX bundle, STIX objects one a line, or coalition records one a line.",
)
@click.option("--tlp", type=click.Choice(LEVELS), help="Mark published layouts so; never loosens what a record says.")
@click.option("--tlp1", is_flag=True, help="Mark by TLP 1 instead of TLP 2.0.")
@click.option("--advertisers", is_flag=True, help="Make identities of lawful advertisers too; out of scope by default.")
@click.option("--skips", type=click.Path(dir_okay=False), help="Write what was skipped here, as JSON, one a line.")
def map_command(
    member: str,
    files: tuple[str, ...],
    out: str,
    form: str,
    tlp: str | None,
    tlp1: bool,
    advertisers: bool,
    skips: str | None,
) -> None:
    """Turn the takedown records of MEMBER into STIX 2.1.

    FILE is a file, a folder, a glob, a .gz or .zip, or - for standard input. Which of the member's formats it is,
    is seen from its content. The files are taken in the order of their names.

    The result goes to standard output; figures and what was refused go to standard error.

    Exit status: 0 when all was mapped, or skipped for a reason that is in order (blank, duplicate, template,
    out-of-scope, hidden, incomplete, unknown-type); 1 when something was refused (unusable-value, retracts-unknown,
    invalid-record) or a file could not be read to its end (empty, binary, unknown-layout, broken); 2 for wrong usage.
    """
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(Path(skips).open("wb")) if skips else None
        tally = _Tally(log)
        try:
            level = cast("Tlp | None", tlp)
            records = records_of(member, files, tlp=level, on_skip=tally.skip, advertisers=advertisers)
        except NotBuiltError as error:
            raise click.UsageError(str(error)) from None
        sink = stack.enter_context(_opened(out))
        _write(sink, form, shown(_tallied(records, tally), "records"), tally, tlp1=tlp1)
    click.echo(tally.summary(), err=True)
    if tally.refused:
        sys.exit(1)


def _write(sink: BinaryIO, form: str, records: Iterator[Record], tally: _Tally, *, tlp1: bool) -> None:
    if form == "records":
        for record in records:
            sink.write(encode(record) + b"\n")
        return
    objects = _counted(map_records(records, tlp1=tlp1, on_skip=tally.skip), tally)
    if form == "jsonl":
        for found in objects:
            sink.write(_encode(found) + b"\n")
    else:
        _write_bundle(sink, objects)


def _write_bundle(sink: BinaryIO, objects: Iterator[StixObject]) -> None:
    """Write a bundle object by object; its id follows from its content and therefore stands at the end."""
    digest = hashlib.sha256()
    sink.write(b'{"type":"bundle","objects":[')
    separator = b"\n"
    for found in objects:
        encoded = _encode(found)
        digest.update(encoded)
        sink.write(separator + encoded)
        separator = b",\n"
    sink.write(b'\n],"id":"' + bundle_id(digest.hexdigest()).encode() + b'"}\n')


def _counted(objects: Iterator[StixObject], tally: _Tally) -> Iterator[StixObject]:
    for found in objects:
        tally.objects[found["type"]] += 1
        yield found


@contextlib.contextmanager
def _opened(out: str) -> Iterator[BinaryIO]:
    if out == "-":
        yield sys.stdout.buffer
        return
    with cast("IO[bytes]", click.open_file(out, "wb", atomic=True)) as sink:
        yield cast("BinaryIO", sink)


def _tallied(records: Iterator[Record], tally: _Tally) -> Iterator[Record]:
    for record in records:
        tally.records += 1
        yield record
