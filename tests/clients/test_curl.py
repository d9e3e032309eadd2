"""curl, as somebody uses it who follows the README."""

import json
import shutil
import subprocess

import pytest

from tests.clients.conftest import Feed
from tests.clients.producers import indicators
from tests.worlds import PASSWORD, TAXII, envelope, indicator

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def _curl(*arguments: str, body: bytes = b"") -> str:
    command = ["curl", "--silent", "--show-error", "--max-time", "20", *arguments]
    return subprocess.run(command, input=body, stdout=subprocess.PIPE, timeout=30, check=True).stdout.decode()


def test_a_first_poll_needs_name_and_password_only(feed: Feed) -> None:
    feed.push(*(pushed := indicators(3)))
    assert json.loads(_curl("-u", f"watch:{PASSWORD}", feed.objects_url))["objects"] == pushed


def test_a_token_works_as_bearer(feed: Feed) -> None:
    header = f"Authorization: Bearer {feed.world.tokens['watch']}"
    assert json.loads(_curl("-H", header, feed.discovery_url))["default"] == feed.root_url


def test_a_file_can_be_pushed(feed: Feed) -> None:
    one = indicator()
    arguments = ["-u", f"alpha:{PASSWORD}", "-H", f"Content-Type: {TAXII}", "--data-binary", "@-", feed.objects_url]
    assert json.loads(_curl(*arguments, body=envelope(one)))["status"] == "complete"
    assert json.loads(_curl("-u", f"watch:{PASSWORD}", feed.objects_url))["objects"] == [one]


def test_it_follows_next_by_hand(feed: Feed) -> None:
    feed.push(*(pushed := indicators(25)))
    received, query = [], "limit=10"
    while query:
        page = json.loads(_curl("-u", f"watch:{PASSWORD}", f"{feed.objects_url}?{query}"))
        received += page["objects"]
        query = f"limit=10&next={page['next']}" if page["more"] else ""
    assert received == pushed


def test_compressed_answers_are_the_same(feed: Feed) -> None:
    feed.push(*indicators(200))
    plain, compressed = (
        _curl(*option, "-u", f"watch:{PASSWORD}", feed.objects_url) for option in ([], ["--compressed"])
    )
    assert compressed == plain


def test_forms_are_refused_with_a_sentence(feed: Feed) -> None:
    """What curl sends when one forgets the Content-Type."""
    answer = json.loads(
        _curl("-u", f"alpha:{PASSWORD}", "--data-binary", "@-", feed.objects_url, body=envelope(indicator()))
    )
    assert (answer["http_status"], "application/taxii+json" in answer["description"]) == ("415", True)
