"""`clearinghouse push` and `poll`, against a server as it runs for real."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taxii_server.cli import main
from tests.live import free_port, running
from tests.worlds import bundle, envelope, indicator, make_world

COLLECTION = """
[[api_roots.collections]]
id = "{}"
title = "A collection for one test"
readers = ["alpha"]
writers = ["alpha"]
"""
TESTS = 10


@dataclass
class Commands:
    """Runs `push` and `poll` on a collection of a running server, as its only reader and writer."""

    url: str
    token: str
    collection: str

    def run(self, *arguments: str, collection: str | None = None, stdin: bytes = b"") -> Result:
        """Run a command, with a token in the environment."""
        where = ["--url", f"{self.url}/plain/", "--collection", collection or self.collection]
        return CliRunner().invoke(main, [*arguments, *where], input=stdin, env={"CLEARINGHOUSE_TOKEN": self.token})

    def push(self, *files: str, collection: str | None = None, stdin: bytes = b"") -> Result:
        """Push files."""
        return self.run("push", *files, collection=collection, stdin=stdin)

    def poll(self, *options: str) -> list[Any]:
        """Poll the collection."""
        result = self.run("poll", *options)
        assert result.exit_code == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Commands]]:
    """Collections that nothing happened in yet, of a server whose pages have at most five objects."""
    port = free_port()
    ids = [str(uuid.uuid4()) for _ in range(TESTS)]
    world = make_world(
        tmp_path_factory.mktemp("commands"),
        server="default_limit = 5",
        more="".join(map(COLLECTION.format, ids)),
        public_url=f"http://127.0.0.1:{port}",
        organisations=("alpha",),
    )
    with running(world.path, port, workers=1) as server:
        yield (Commands(server.url, world.tokens["alpha"], one) for one in ids)
    world.store.close()


@pytest.fixture
def commands(collections: Iterator[Commands]) -> Commands:
    """Commands on a fresh collection."""
    return next(collections)


def test_what_is_pushed_is_polled_in_its_order_over_several_pages(commands: Commands) -> None:
    objects = [indicator(number) for number in range(12)]
    assert commands.push("-", stdin=envelope(*objects)).exit_code == 0
    assert commands.poll() == objects


def test_bundles_envelopes_and_json_lines_are_pushed(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(bundle(indicator(1)))
    (tmp_path / "e.json").write_bytes(envelope(indicator(2)))
    (tmp_path / "l.jsonl").write_text(f"{json.dumps(indicator(3))}\n\n{json.dumps(indicator(4))}\n")
    result = commands.push(*(str(tmp_path / name) for name in ("b.json", "e.json", "l.jsonl")))
    assert result.stderr == "Pushed 4 objects; 0 were refused, 0 rows were skipped.\n"
    assert commands.poll() == [indicator(number) for number in (1, 2, 3, 4)]


def test_what_is_refused_is_named_and_ends_with_1(commands: Commands) -> None:
    wrong = indicator(1, modified="2019-01-01T00:00:00.000Z")
    result = commands.push("-", stdin=envelope(wrong, indicator(2)))
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"refused: {wrong['id']}" in result.stderr
    assert "modified" in result.stderr


def test_a_line_that_is_no_json_is_named_with_its_file(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_text(f"{json.dumps(indicator(3))}\nnonsense\n")
    result = commands.push(str(tmp_path / "l.jsonl"))
    assert result.exit_code == 1
    assert "l.jsonl, line 2" in result.stderr


def test_a_collection_that_may_not_be_pushed_to_ends_with_1(commands: Commands) -> None:
    result = commands.push("-", collection="secret", stdin=envelope(indicator(1)))
    assert result.exit_code == 1
    assert "404" in result.stderr


def test_a_poll_goes_on_from_the_date_that_the_last_one_told(commands: Commands) -> None:
    commands.push("-", stdin=envelope(indicator(1)))
    told = commands.run("poll").stderr.strip().split("--added-after ")[1]
    commands.push("-", stdin=envelope(indicator(2)))
    assert commands.poll("--added-after", told) == [indicator(2)]


def test_a_poll_into_a_file_replaces_it(commands: Commands, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("before\n")
    commands.push("-", stdin=envelope(indicator(1)))
    assert commands.poll("--out", str(out)) == []
    assert [json.loads(line) for line in out.read_text().splitlines()] == [indicator(1)]


def test_wrong_credentials_end_with_1_and_what_the_server_says(commands: Commands) -> None:
    commands.token = "chx_wrong"
    result = commands.run("poll")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "401" in result.stderr
    assert "chx_wrong" not in result.stderr
