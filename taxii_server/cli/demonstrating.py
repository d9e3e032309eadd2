"""`clearinghouse demo`: what `make run` prepares before it serves."""

import json
import secrets
from typing import NamedTuple

import click

from taxii_server.access.accounts import Accounts
from taxii_server.cli.common import config_option, opened_store, read_settings
from taxii_server.core.errors import StoreError
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import system_clock
from taxii_server.settings import Settings
from taxii_server.store import open_store
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
    if samples or not _is_prepared(settings):
        _prepare(settings, samples)
    _print_accounts(settings, _passwords(settings))


def _is_prepared(settings: Settings) -> bool:
    """Whether an earlier run came to its end: the accounts are the last thing that it makes."""
    store = open_store(settings.storage)
    try:
        store.open(settings.collection_ids)
        return all(one.name in _passwords(settings) and store.account(one.name) for one in ACCOUNTS)
    except StoreError:
        return False
    finally:
        store.close()


def _prepare(settings: Settings, samples: str | None) -> None:
    # the mappers and their tables are loaded only here: a second `make run` starts in under two seconds
    from taxii_server.cli.demo_data import load_samples  # noqa: PLC0415 - see above
    from taxii_server.cli.operating import initialise  # noqa: PLC0415 - see above

    initialise(settings)
    with opened_store(settings) as store:
        load_samples(settings, store, samples)
        _make_accounts(settings, store)


def _passwords(settings: Settings) -> dict[str, str]:
    """The passwords of the demo accounts by name."""
    path = settings.storage.path.parent / _CREDENTIALS
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _make_accounts(settings: Settings, store: Store) -> None:
    """Make the accounts and passwords that are missing."""
    passwords = _passwords(settings)
    accounts = Accounts(store, {one.slug: Role(one.role) for one in settings.organisations}, system_clock)
    for one in ACCOUNTS:
        if one.name in passwords and store.account(one.name) is not None:
            continue
        passwords[one.name] = secrets.token_urlsafe(15)
        if store.account(one.name) is None:
            accounts.add(one.name, one.organisation, one.role, passwords[one.name])
        else:
            accounts.change_password(one.name, passwords[one.name])
    path = settings.storage.path.parent / _CREDENTIALS
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(json.dumps(passwords, indent=1) + "\n", encoding="utf-8")


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
