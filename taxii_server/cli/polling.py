"""`clearinghouse poll`: what a collection of a TAXII 2.1 server holds, as JSON lines."""

import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from taxii_server.cli.common import REFUSED, fail
from taxii_server.cli.progress import shown
from taxii_server.cli.taxii_client import ClientError, TaxiiClient

_FOLLOW_SECONDS = 5


@click.command("poll")
@click.option("--url", required=True, metavar="API_ROOT_URL", help="The API root, such as https://HOST/coalition/.")
@click.option("--collection", required=True, metavar="ID_OR_ALIAS", help="The collection to poll.")
@click.option("--added-after", metavar="T", help="Only what was added after this time.")
@click.option("--out", default="-", metavar="FILE|-", help="Where the objects go; a file is replaced (default: -).")
@click.option("--follow", is_flag=True, help="Go on polling every five seconds, until interrupted.")
def poll_command(url: str, collection: str, added_after: str | None, out: str, follow: bool) -> None:
    """Poll a collection: one object a line, octet for octet as it was pushed.

    Credentials come from CLEARINGHOUSE_TOKEN, or CLEARINGHOUSE_USER and CLEARINGHOUSE_PASSWORD. The date to go on
    from with --added-after is told on standard error.
    """
    try:
        with (
            TaxiiClient(url, collection) as client,
            nullcontext(sys.stdout.buffer) if out == "-" else Path(out).open("wb") as stream,
        ):
            _poll(client, stream, added_after, follow)
    except (ClientError, OSError) as error:
        fail(str(error), REFUSED)
    except KeyboardInterrupt:
        pass


def _poll(client: TaxiiClient, stream: BinaryIO, added_after: str | None, follow: bool) -> None:
    while True:
        count = 0
        for page in shown(client.pages(added_after), "pages"):
            stream.writelines(_line(octets) for octets in page.objects)
            stream.flush()
            count += len(page.objects)
            added_after = page.last or added_after
        if count or not follow:
            further = f"; go on with --added-after {added_after}" if added_after else ""
            click.echo(f"{count} objects{further}", err=True)
        if not follow:
            return
        time.sleep(_FOLLOW_SECONDS)


def _line(octets: bytes) -> bytes:
    """An object on a line of its own: a line break in JSON can only be white space between its parts."""
    return octets.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"
