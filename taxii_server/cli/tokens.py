"""`clearinghouse token ...`"""

import click

from taxii_server.cli.common import config_option, opened_accounts
from taxii_server.core.timestamps import format_timestamp, system_clock


@click.group("token")
def token_group() -> None:
    """Issue, list and revoke the tokens that machines sign in with."""


@token_group.command("issue")
@click.argument("name")
@click.option("--label", default="", help="What the token is for; shown by `token list`.")
@click.option("--expires", type=click.IntRange(1, 36_500), metavar="DAYS", help="Days until it expires.")
@config_option
def issue_token(name: str, label: str, expires: int | None, config: str | None) -> None:
    """Issue a token for an account; it is printed once and cannot be shown again."""
    with opened_accounts(config) as (accounts, _):
        click.echo(accounts.issue_token(name, label, expires))


@token_group.command("list")
@config_option
def list_tokens(config: str | None) -> None:
    """Show every token: id, account, label, state, when made, until when, last used. Never its secret."""
    now = system_clock()
    with opened_accounts(config) as (_, store):
        for one in store.tokens():
            state = "revoked" if one.is_revoked else "valid" if one.is_valid(now) else "expired"
            times = "\t".join(format_timestamp(at) if at else "-" for at in (one.created, one.expires, one.last_used))
            click.echo(f"{one.id}\t{one.account}\t{one.label or '-'}\t{state}\t{times}")


@token_group.command("revoke")
@click.argument("token_id", metavar="ID")
@config_option
def revoke_token(token_id: str, config: str | None) -> None:
    """Make a token useless from the next request on."""
    with opened_accounts(config) as (accounts, _):
        accounts.revoke_token(token_id)
    click.echo(f"Revoked token {token_id}.", err=True)
