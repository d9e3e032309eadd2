"""`clearinghouse init` and `clearinghouse check`."""

from datetime import date
from typing import Any

import click
import msgspec
import tomli_w

from taxii_server.cli.common import WRONG_USAGE, config_option, fail, opened_store, read_settings
from taxii_server.cli.reference import fill_reference
from taxii_server.core.errors import StoreError
from taxii_server.settings import Settings, masked, warnings
from taxii_server.store import open_store


@click.command("init")
@config_option
def init_command(config: str | None) -> None:
    """Create or migrate the store, and fill the reference collections; does nothing where all is in place."""
    settings = read_settings(config)
    initialise(settings)
    click.echo(f"The store {masked(settings).storage.url} is ready.", err=True)


def initialise(settings: Settings) -> None:
    """Create or migrate the store and fill its reference collections; ends the program where that cannot be."""
    store = open_store(settings.storage)
    try:
        store.initialise()
    except StoreError as error:
        fail(str(error), WRONG_USAGE)
    finally:
        store.close()
    with opened_store(settings) as opened:
        fill_reference(settings, opened)


@click.command("check")
@config_option
def check_command(config: str | None) -> None:
    """Print the effective settings, secrets masked; exit code 2 when they cannot be used."""
    settings = read_settings(config)
    click.echo(tomli_w.dumps(_written(msgspec.to_builtins(masked(settings), builtin_types=(date,)))), nl=False)
    for warning in warnings(settings):
        click.echo(f"warning: {warning}", err=True)


def _written(value: Any) -> Any:
    """The value as TOML can write it: TOML has no null, a key that is not set is left out."""
    if isinstance(value, dict):
        return {key: _written(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_written(inner) for inner in value]
    return value
