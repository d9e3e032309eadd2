"""Every command and every option says what it is for."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from taxii_server import __version__
from taxii_server.cli import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


COMMANDS = {" ".join(path): command for path, command in commands(main)}


def test_the_commands_of_the_architecture_are_there() -> None:
    assert {
        *("init", "serve", "check", "map", "push", "poll", "load"),
        *(f"account {verb}" for verb in ("add", "list", "disable", "enable", "passwd")),
        *(f"token {verb}" for verb in ("issue", "list", "revoke")),
    } <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_worth_reading(name: str) -> None:
    result = CliRunner().invoke(main, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert len(COMMANDS[name].get_short_help_str(1000)) > 15


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_has_help(name: str) -> None:
    options = [one for one in COMMANDS[name].params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_had_by_h_too(name: str) -> None:
    assert CliRunner().invoke(main, [*name.split(), "-h"]).exit_code == 0


OPENS_THE_STORE = [
    "init",
    "serve",
    "check",
    "load",
    *(name for name in COMMANDS if name.startswith(("account ", "token "))),
]


@pytest.mark.parametrize("name", OPENS_THE_STORE)
def test_a_command_that_opens_the_store_takes_its_settings(name: str) -> None:
    assert "--config" in [option for one in COMMANDS[name].params for option in one.opts]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_takes_a_secret_as_an_argument(name: str) -> None:
    """What stands on a command line is seen by everybody on the machine."""
    taking = [one.name for one in COMMANDS[name].params if not getattr(one, "is_flag", False)]
    assert not {"password", "secret", "token", "user"} & set(taking)


def test_the_version_is_told() -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).stdout


def test_the_exit_codes_are_told() -> None:
    assert "Exit codes" in CliRunner().invoke(main, ["--help"]).stdout


@pytest.mark.parametrize("arguments", [["nosuch"], ["account", "nosuch"], ["check", "--nosuch"], ["token", "revoke"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2
