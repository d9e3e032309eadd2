"""`clearinghouse account ...`"""

import click

from taxii_server.cli.common import config_option, opened_accounts, read_password
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import format_timestamp

_PASSWORD_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group("account")
def account_group() -> None:
    """Add, list and change the accounts that sign in."""


@account_group.command("add")
@click.argument("name")
@click.option("--org", required=True, metavar="SLUG", help="The organisation in the settings it belongs to.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What it may do.")
@_PASSWORD_STDIN
@config_option
def add_account(name: str, org: str, role: str, password_stdin: bool, config: str | None) -> None:
    """Add an account with a password of 12 to 1,024 characters."""
    with opened_accounts(config) as (accounts, _):
        accounts.add(name, org, Role(role), read_password(password_stdin))
    click.echo(f"Added account {name} of {org}.", err=True)


@account_group.command("list")
@config_option
def list_accounts(config: str | None) -> None:
    """Show every account: name, organisation, role, state, when it was made."""
    with opened_accounts(config) as (_, store):
        for one in store.accounts():
            state = "disabled" if one.is_disabled else "enabled"
            click.echo(f"{one.name}\t{one.organisation}\t{one.role}\t{state}\t{format_timestamp(one.created)}")


@account_group.command("disable")
@click.argument("name")
@config_option
def disable_account(name: str, config: str | None) -> None:
    """Let an account, and its tokens, sign in no more; takes effect with the next request."""
    with opened_accounts(config) as (accounts, _):
        accounts.set_disabled(name, True)
    click.echo(f"Disabled account {name}.", err=True)


@account_group.command("enable")
@click.argument("name")
@config_option
def enable_account(name: str, config: str | None) -> None:
    """Let a disabled account sign in again."""
    with opened_accounts(config) as (accounts, _):
        accounts.set_disabled(name, False)
    click.echo(f"Enabled account {name}.", err=True)


@account_group.command("passwd")
@click.argument("name")
@_PASSWORD_STDIN
@config_option
def change_password(name: str, password_stdin: bool, config: str | None) -> None:
    """Give an account another password."""
    with opened_accounts(config) as (accounts, _):
        accounts.change_password(name, read_password(password_stdin))
    click.echo(f"Changed the password of {name}.", err=True)
