"""What several commands share: the settings, the store, errors as sentences and exit codes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

import click

from taxii_server.access.accounts import Accounts
from taxii_server.core.errors import AccessError, ClearinghouseError, SettingsError, StoreError
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import system_clock
from taxii_server.settings import Settings, load_settings, settings_path
from taxii_server.store import open_store
from taxii_server.store.contract import Store

Command = TypeVar("Command", bound=Callable[..., object])

REFUSED = 1
WRONG_USAGE = 2


def config_option(command: Command) -> Command:
    """The option that names the settings file."""
    return click.option(
        "--config",
        metavar="FILE",
        help="The settings file (default: $CLEARINGHOUSE_CONFIG, else config/clearinghouse.toml).",
    )(command)


def read_settings(config: str | None) -> Settings:
    """The settings of a command; ends the program with exit code 2 when they cannot be used."""
    try:
        return load_settings(settings_path(config))
    except SettingsError as error:
        fail(str(error), WRONG_USAGE)


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store of the settings, ready to use; ends the program when it is not."""
    store = open_store(settings.storage)
    try:
        store.open(settings.collection_ids)
        yield store
    except StoreError as error:
        fail(str(error), WRONG_USAGE)
    finally:
        store.close()


@contextmanager
def opened_accounts(config: str | None) -> Iterator[tuple[Accounts, Store]]:
    """The accounts of the store that the settings name; what is refused ends the program with exit code 1."""
    settings = read_settings(config)
    with opened_store(settings) as store:
        roles = {one.slug: Role(one.role) for one in settings.organisations}
        try:
            yield Accounts(store, roles, system_clock), store
        except AccessError as error:
            fail(str(error), REFUSED)


def fail(message: str | ClearinghouseError, code: int) -> NoReturn:
    """Say on standard error what is wrong, and end with that exit code."""
    click.echo(f"clearinghouse: {message}", err=True)
    sys.exit(code)


def read_password(from_stdin: bool) -> str:
    """A password from standard input, without its one line end, or asked for twice on the terminal."""
    if not from_stdin:
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return password
    text = sys.stdin.read()
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
