"""`clearinghouse ...`: one module a group of commands, imported when one of them runs."""

from importlib import import_module

import click

from taxii_server import __version__

_COMMANDS = {
    "init": "operating:init_command",
    "serve": "serving:serve_command",
    "check": "operating:check_command",
    "account": "accounts:account_group",
    "token": "tokens:token_group",
    "map": "mapping:map_command",
    "load": "loading:load_command",
    "push": "pushing:push_command",
    "poll": "polling:poll_command",
    "demo": "demonstrating:demo_command",
}


class _LazyGroup(click.Group):
    """A group that imports a command's module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"taxii_server.cli.{module}"), name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="clearinghouse")
def main() -> None:
    """A STIX 2.1 / TAXII 2.1 clearinghouse for takedowns of disinformation campaigns.

    Exit codes: 0 done, 1 something was refused (and says what), 2 wrong usage or settings.
    """
