"""`clearinghouse load`: raw records of a member into the local store, through the same intake as a push."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import click
import msgspec

from stix_mappers import MEMBERS, NotBuiltError, Skip, StixObject, map_files
from taxii_server.cli.common import (
    REFUSED,
    WRONG_USAGE,
    config_option,
    fail,
    opened_store,
    read_settings,
)
from taxii_server.cli.progress import shown
from taxii_server.core.errors import ClearinghouseError
from taxii_server.core.filters import BEFORE_EVERYTHING, Match, Walk
from taxii_server.core.status import StatusResource
from taxii_server.core.timestamps import system_clock
from taxii_server.exchange.intake import Destination, Intake, Pusher, make_intake
from taxii_server.exchange.pushers import Pushers
from taxii_server.settings import Settings
from taxii_server.store.contract import Store

_AT_ONCE = 1000


class Loaded(NamedTuple):
    """What a load did: objects committed, objects refused, rows skipped by reason, and whether any was unusable."""

    successes: int
    failures: int
    skips: Counter[str]
    has_unusable: bool


@click.command("load")
@click.argument("member", type=click.Choice(MEMBERS), metavar="MEMBER")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@config_option
def load_command(member: str, files: tuple[str, ...], config: str | None) -> None:
    """Map a member's files and commit the objects to its submissions, as that member.

    The intake is the one that a push goes through. Loading a file again changes nothing. Exit code 1 when an object
    was refused, or a file or row could not be used; each is named with its reason.
    """
    settings = read_settings(config)
    with opened_store(settings) as store:
        loaded = load(settings, store, member, files)
    click.echo(describe(member, loaded), err=True)
    sys.exit(REFUSED if loaded.failures or loaded.has_unusable else 0)


def load(settings: Settings, store: Store, member: str, files: Sequence[str]) -> Loaded:
    """Map files of a member into its submissions; ends the program where that cannot be."""
    destination, pusher = _submissions(settings, store, member)
    intake = make_intake(settings, store, system_clock)
    skips: list[Skip] = []
    try:
        objects = map_files(member, files, previous=_Previous(store, destination.collection), on_skip=skips.append)
        successes, failures = _commit(intake, objects, destination, pusher)
    except NotBuiltError as error:
        fail(str(error), WRONG_USAGE)
    except (ClearinghouseError, OSError) as error:
        fail(str(error), REFUSED)
    tell_unusable(skips)
    by_reason = Counter[str](skip.reason for skip in skips)
    return Loaded(successes, failures, by_reason, any(skip.refused for skip in skips))


def describe(member: str, loaded: Loaded) -> str:
    """A load in one line."""
    skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(loaded.skips.items())) or "none"
    return f"{member}: {loaded.successes} objects committed, {loaded.failures} refused; rows skipped: {skipped}."


def tell_unusable(skips: Iterable[Skip]) -> None:
    """Name the files and rows that could not be used, on standard error."""
    for skip in skips:
        if skip.refused:
            detail = f" ({skip.detail})" if skip.detail else ""
            value = " ".join(skip.value.split())[:200]
            click.echo(f"unusable: {skip.file}, line {skip.line}: {skip.reason}: {value}{detail}", err=True)


def _commit(intake: Intake, objects: Iterable[StixObject], destination: Destination, pusher: Pusher) -> tuple[int, int]:
    successes = failures = 0
    for envelope in _envelopes(shown(objects, "objects")):
        status = msgspec.json.decode(intake.push(envelope, destination, pusher), type=StatusResource)
        successes += status.success_count
        failures += status.failure_count
        for failure in status.failures:
            click.echo(f"refused: {failure.id} {failure.version}: {failure.message}", err=True)
    return successes, failures


def _envelopes(objects: Iterable[StixObject]) -> Iterator[bytes]:
    remaining = iter(objects)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield msgspec.json.encode({"objects": batch})


def _submissions(settings: Settings, store: Store, member: str) -> tuple[Destination, Pusher]:
    """Where a member's objects go, and the member as their pusher."""
    alias = f"submissions-{member}"
    found = [(root, one) for root in settings.api_roots for one in root.collections if one.alias == alias]
    if not found:
        fail(f"the settings have no collection with the alias {alias}.", WRONG_USAGE)
    root, collection = found[0]
    return Destination(root.name, collection.id), Pushers(settings, store).pusher(root, member)


class _Previous:
    """The latest version of an object in a collection of the store."""

    def __init__(self, store: Store, collection: str) -> None:
        self._store = store
        self._collection = collection

    def __call__(self, object_id: str) -> StixObject | None:
        walk = Walk(Match(object_id=object_id), None, BEFORE_EVERYTHING)
        with self._store.reading() as reading:
            page = reading.objects(reading.state(self._collection), walk, 1, 1)
        if not page.contents:
            return None
        found: StixObject = msgspec.json.decode(page.contents[0])
        return found
