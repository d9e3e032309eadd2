"""The records that `clearinghouse demo` loads: the project's samples, or real files."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from stix_mappers import MEMBERS, NotBuiltError, samples_dir
from taxii_server.cli.common import WRONG_USAGE, fail
from taxii_server.cli.loading import describe, load
from taxii_server.settings import Settings
from taxii_server.store.contract import Store


def load_samples(settings: Settings, store: Store, samples: str | None) -> None:
    """Load what each member has into its submissions; the project's samples only where there is nothing yet."""
    present = {member: folder for member, folder in _folders(samples) if folder.is_dir() and any(folder.iterdir())}
    if samples and not present:
        fail(f"{samples} has no folder named after a member: {', '.join(MEMBERS)}.", WRONG_USAGE)
    for member, folder in present.items():
        if samples or _is_empty(settings, store, member):
            click.echo(describe(member, load(settings, store, member, [str(folder)])), err=True)


def _folders(samples: str | None) -> Iterator[tuple[str, Path]]:
    """Each member that there is a mapper for, and where its records lie."""
    for member in MEMBERS:
        with suppress(NotBuiltError):
            own = samples_dir(member)
            yield member, _folder(Path(samples), member) if samples else own


def _folder(samples: Path, member: str) -> Path:
    """A member's folder among real files; a folder that is named after the member itself is it."""
    return samples if samples.name == member else samples / member


def _is_empty(settings: Settings, store: Store, member: str) -> bool:
    ids = [one.id for root in settings.api_roots for one in root.collections if one.alias == f"submissions-{member}"]
    return all(store.collection_state(one).last_position == 0 for one in ids)
