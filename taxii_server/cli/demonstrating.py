"""`clearinghouse demo`: what `make run` prepares before it serves."""

import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import click

from stix_mappers import MEMBERS, NotBuiltError, samples_dir
from taxii_server.access.accounts import Accounts
from taxii_server.cli.common import WRONG_USAGE, config_option, fail, opened_store, read_settings
from taxii_server.cli.loading import describe, load
from taxii_server.cli.operating import initialise
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import system_clock
from taxii_server.settings import Settings
from taxii_server.store.contract import Store

_CREDENTIALS = "demo-accounts.json"


class DemoAccount(NamedTuple):
    """An account of the demo, one of each role."""

    name: str
    organisation: str
    role: Role


ACCOUNTS = (
    DemoAccount("demo-member", "facebook", Role.MEMBER),
    DemoAccount("demo-agency", "cisa", Role.AGENCY),
    DemoAccount("demo-analyst", "cisa", Role.ANALYST),
    DemoAccount("demo-operator", "clearinghouse", Role.OPERATOR),
)


@click.command("demo")
@click.option(
    "--samples",
    metavar="DIR",
    help="Load the real files in DIR/<member>/, or in DIR named so, instead of the project's samples.",
)
@config_option
def demo_command(samples: str | None, config: str | None) -> None:
    """Prepare a clearinghouse to try out: a store, sample records of the members, one account of each role.

    What is in place is left alone. The passwords are made at random and kept beside the store, for its owner only.
    """
    settings = read_settings(config)
    initialise(settings)
    with opened_store(settings) as store:
        _load_samples(settings, store, samples)
        _print_accounts(settings, _accounts(settings, store))


def _load_samples(settings: Settings, store: Store, samples: str | None) -> None:
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


def _accounts(settings: Settings, store: Store) -> dict[str, str]:
    """The passwords of the demo accounts by name; those that are missing are made."""
    path = settings.storage.path.parent / _CREDENTIALS
    passwords: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    accounts = Accounts(store, {one.slug: Role(one.role) for one in settings.organisations}, system_clock)
    for one in ACCOUNTS:
        if one.name in passwords and store.account(one.name) is not None:
            continue
        passwords[one.name] = secrets.token_urlsafe(15)
        if store.account(one.name) is None:
            accounts.add(one.name, one.organisation, one.role, passwords[one.name])
        else:
            accounts.change_password(one.name, passwords[one.name])
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(json.dumps(passwords, indent=1) + "\n", encoding="utf-8")
    return passwords


def _print_accounts(settings: Settings, passwords: dict[str, str]) -> None:
    url = settings.server.public_url.rstrip("/")
    root = settings.api_roots[0].name
    click.echo("Sign in with HTTP Basic as one of:")
    for one in ACCOUNTS:
        click.echo(f"  {one.name:14} {passwords[one.name]}   {one.role} of {one.organisation}")
    click.echo("Poll, for example:")
    first = ACCOUNTS[0]
    click.echo(
        f"  curl -u {first.name}:{passwords[first.name]} -H 'Accept: application/taxii+json;version=2.1'"
        f" '{url}/{root}/collections/submissions-{first.organisation}/objects/?limit=5'"
    )
