"""The whole path of objects, from pushes over HTTP to polls, against the model in plain Python (rules.md 3).

Two organisations push versions in any order, duplicates, contradictions and observables; delete with every kind of
match[version]; and poll with all filters, page by page with `next`, by the dates alone, and with walks that are left
lying and taken up again after something changed. The clock is set back and forth.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from werkzeug.test import TestResponse

from taxii_server.core.filters import Keyword, Match
from taxii_server.core.timestamps import MILLISECOND, SECOND, format_timestamp, parse_timestamp
from tests.fuzz.asking import ORGANISATIONS, check, make_app, strictly
from tests.model import Entry, Log
from tests.worlds import TAXII

NOW = parse_timestamp("2026-01-01T12:00:00Z")
COLLECTIONS_AT_ONCE = 100
LIMIT = 3  # of the server, so that polls have several pages
KINDS = ("campaign", "tool", "domain-name")
IDS = [f"{kind}--{uuid.UUID(int=number, version=4)}" for number, kind in enumerate([*KINDS, *KINDS[1:]])]
VERSIONS = [f"2020-01-0{day}T00:00:00.000Z" for day in (1, 2, 3, 4)]
INSTANTS = [parse_timestamp(version) for version in VERSIONS]
SETTINGS = """
server = {{ public_url = "http://localhost", max_limit = {limit}, default_limit = {limit}, max_page_bytes = 900 }}
storage = {{ url = "sqlite:///{database}" }}
organisations = [
    {{ slug = "alpha", name = "Alpha", role = "member" }},
    {{ slug = "beta", name = "Beta", role = "member" }},
]
[[api_roots]]
name = "plain"
title = "Plain TAXII"
collections = [{collections}]
"""
COLLECTION = '{{ id = "{}", title = "C", readers = ["member"], writers = ["member"] }}'


class World:
    """An application with many collections, each for one run, and its clock."""

    def __init__(self, folder: Path) -> None:
        ids = [str(uuid.uuid4()) for _ in range(COLLECTIONS_AT_ONCE)]
        text = SETTINGS.format(
            database=folder / "store.db", limit=LIMIT, collections=", ".join(COLLECTION.format(one) for one in ids)
        )
        self.now = NOW
        self.collections = iter(ids)
        self.app, self.headers = make_app(text, lambda: self.now)
        self.client: FlaskClient = self.app.test_client()


class Worlds:
    """Gives each run a collection that nothing happened in yet."""

    folder: Path

    def __init__(self) -> None:
        self._made: list[World] = []

    def fresh(self) -> tuple[World, str]:
        """A world and one of its collections."""
        if self._made:
            for collection in self._made[-1].collections:
                self._made[-1].now = NOW
                return self._made[-1], collection
        folder = self.folder / str(len(self._made))
        self._made.append(World(folder))
        return self.fresh()

    def close(self) -> None:
        """Let go of every store."""
        for world in self._made:
            world.app.extensions["clearinghouse"].store.close()
        self._made.clear()


WORLDS = Worlds()


@pytest.fixture(scope="module", autouse=True)
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The worlds of all runs lie in a folder of pytest's."""
    WORLDS.folder = tmp_path_factory.mktemp("worlds")
    yield
    WORLDS.close()


@st.composite
def pushed(draw: st.DrawFn) -> Entry:
    """A valid object: few ids, few versions and few contents, so that they meet."""
    object_id = draw(st.sampled_from(IDS))
    kind = object_id.partition("--")[0]
    name = draw(st.sampled_from(["a", "b"]))
    if kind == "domain-name":
        value: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": object_id, "value": f"{name}.example"}
        return Entry(object_id, kind, False, 0, "", spelled(draw, value))
    version = draw(st.sampled_from(VERSIONS))
    stix_20 = draw(st.booleans())
    value = {
        "type": kind,
        "id": object_id,
        "created": VERSIONS[0],
        "modified": version,
        "name": name,
        "labels": ["x"],
    }
    if kind == "tool" and not stix_20:
        value["tool_types"] = ["exploitation"]
    if not stix_20:
        value["spec_version"] = "2.1"
    elif draw(st.booleans()):
        value["description"] = "x" * 300
    return Entry(object_id, kind, stix_20, parse_timestamp(version), version, spelled(draw, value))


def spelled(draw: st.DrawFn, value: dict[str, Any]) -> bytes:
    """The object as JSON, in one of several spellings of the same content."""
    if draw(st.booleans()):
        value = dict(reversed(value.items()))
    return json.dumps(value, separators=draw(st.sampled_from([(",", ":"), (", ", " : ")]))).encode()


def subset(values: list[str], largest: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(values), max_size=largest, unique=True).map(sorted).map(tuple)


WORDS = st.sampled_from([(), (), (Keyword.FIRST,), (Keyword.LAST,), (Keyword.FIRST, Keyword.LAST), (Keyword.ALL,)])
TIMES = st.just(()) | st.sets(st.sampled_from(INSTANTS), max_size=2).map(sorted).map(tuple)
SPECS = subset(["2.0", "2.1"], 2)


def versions_of(words: tuple[Keyword, ...], times: tuple[int, ...]) -> tuple[tuple[Keyword, ...], tuple[int, ...]]:
    """A match[version] that is well-formed: `all` stands alone."""
    return (words, ()) if Keyword.ALL in words else (words, times)


@st.composite
def filters(draw: st.DrawFn) -> Match:
    """Any match fields of a poll."""
    words, times = versions_of(draw(WORDS), draw(TIMES))
    ids, types = draw(subset([*IDS, "tool--x"], 6)), draw(subset([*KINDS, "x"], 3))
    return Match(None, ids, types, draw(SPECS), words, times)


def query_of(match: Match) -> dict[str, str]:
    """The match fields as a client writes them."""
    times = [format_timestamp(instant) for instant in match.instants]
    fields = {
        "match[id]": match.ids,
        "match[type]": match.types,
        "match[spec_version]": match.spec_versions,
        "match[version]": (*match.keywords, *times),
    }
    return {name: ",".join(values) for name, values in fields.items() if values}


@dataclass(frozen=True)
class Walk:
    """A walk that was left lying: what it asks for, after which date it goes on, and how."""

    match: Match
    after: int
    next: str


class Clearinghouse(RuleBasedStateMachine):
    """One collection, its model, and everything that clients do to it."""

    walks: Bundle[Walk] = Bundle("walks")
    pages: Bundle[tuple[str, str, bytes]] = Bundle("pages")

    def __init__(self) -> None:
        super().__init__()
        self.world, self.collection = WORLDS.fresh()
        self.path = f"/plain/collections/{self.collection}"
        self.log = Log()
        self.last = 0

    def get(self, path: str, query: dict[str, str] | None = None, etag: str = "") -> TestResponse:
        """GET as alpha, checked."""
        sent = {**self.world.headers["alpha"], **({"If-None-Match": etag} if etag else {})}
        return check(self.world.client.get(f"{self.path}/{path}?{urlencode(query or {})}", headers=sent))

    @initialize(objects=st.lists(pushed(), min_size=8, max_size=14))
    def begin(self, objects: list[Entry]) -> None:
        """Something is there already, most of it in several versions."""
        self.push(objects, "alpha")

    @rule(objects=st.lists(pushed(), min_size=1, max_size=9), organisation=st.sampled_from(ORGANISATIONS))
    def push(self, objects: list[Entry], organisation: str) -> None:
        """Every object is a success or a contradiction as the rules say, and every new entry gets its date."""
        body = b'{"objects": [%s]}' % b",".join(one.content for one in objects)
        headers = {**self.world.headers[organisation], "Content-Type": TAXII}
        response = check(self.world.client.post(f"{self.path}/objects/", data=body, headers=headers))
        assert response.status_code == 202
        status = strictly(response.data)
        outcomes = self.log.push(objects, organisation)
        changes = self._check_dates(sum(one.is_new for one in outcomes))
        told = [(one["id"], one["version"]) for one in status.get("successes", ())]
        taken = [changes.get(one.entry, one.entry) for one in outcomes if one.entry]
        assert told == [(one.object_id, one.version) for one in taken]
        assert len(status.get("failures", ())) == sum(one.entry is None for one in outcomes)

    def _check_dates(self, count: int) -> dict[Entry, Entry]:
        """New entries have dates of their own, after all others, not before now, ending on a whole millisecond."""
        query = {"match[version]": "all", "match[spec_version]": "2.0,2.1"}
        records = list(self._walk("manifest", query, self.last))
        dates = [parse_timestamp(one["date_added"]) for one in records]
        assert len(dates) == count
        assert dates == sorted(set(dates))
        if dates:
            assert dates[0] > self.last
            assert dates[0] >= self.world.now
            assert dates[-1] % MILLISECOND == 0
            self.last = dates[-1]
        changes = self.log.date(dates)
        new = self.log.entries[len(self.log.entries) - count :]
        assert [(one["id"], one["version"]) for one in records] == [(one.object_id, one.version) for one in new]
        return changes

    def _walk(self, path: str, query: dict[str, str], after: int) -> Iterator[Any]:
        """Everything after a date, by the dates in the header alone; a page that was announced is never empty."""
        is_announced = False
        while True:
            response = self.get(f"{path}/", {**query, "added_after": format_timestamp(after)})
            page = strictly(response.data)
            assert "objects" in page or not is_announced
            yield from page.get("objects", ())
            is_announced = True
            after = parse_timestamp(response.headers["X-TAXII-Date-Added-Last"])
            if not page.get("more"):
                return

    @rule(one=pushed(), organisation=st.sampled_from(ORGANISATIONS))
    def push_something_invalid(self, one: Entry, organisation: str) -> None:
        """What is refused leaves no trace."""
        value = {**one.value, "id": f"location{one.object_id[one.object_id.index('--') :]}"}
        headers = {**self.world.headers[organisation], "Content-Type": TAXII}
        body = json.dumps({"objects": [value]})
        response = check(self.world.client.post(f"{self.path}/objects/", data=body, headers=headers))
        assert (response.status_code, strictly(response.data)["failure_count"]) == (202, 1)

    @rule(place=st.integers(0, 40), words=WORDS, times=TIMES, specs=SPECS, dated=st.booleans())
    def delete(
        self, place: int, words: tuple[Keyword, ...], times: tuple[int, ...], specs: tuple[str, ...], dated: bool
    ) -> None:
        """What was named is gone, and nothing else."""
        stored = sorted({one.object_id for one in self.log.entries})
        object_id = [*stored, IDS[0]][place % (len(stored) + 1)]
        if dated:  # the version of an observable is the date it was added
            times = tuple(sorted({one.instant for one in self.log.entries if one.object_id == object_id}))[:1]
        words, times = versions_of(words, times)
        match = Match(object_id, (), (), specs, words, times)
        path = f"{self.path}/objects/{object_id}/?{urlencode(query_of(match))}"
        response = check(self.world.client.delete(path, headers=self.world.headers["alpha"]))
        assert response.status_code == (200 if self.log.delete(match) else 404)

    @rule(seconds=st.sampled_from([-3600, -1, 0, 1, 3600]), microseconds=st.integers(0, 5000))
    def set_the_clock(self, seconds: int, microseconds: int) -> None:
        """Somebody sets the clock, even back."""
        self.world.now = max(NOW, self.world.now + seconds * SECOND + microseconds)

    def _check_page(self, response: TestResponse, shown: list[Entry], limit: int) -> dict[str, Any]:
        """A page of objects that begins with the first of those to be shown."""
        assert response.status_code == 200
        page: dict[str, Any] = strictly(response.data)
        found = page.get("objects", [])
        part = shown[: len(found)]
        assert b",".join(one.content for one in part) in response.data
        assert found == [one.value for one in part]
        assert len(found) <= limit
        assert page.get("more", False) is (len(part) < len(shown))
        assert ("next" in page) is page.get("more", False)
        assert "objects" in page or not shown
        if part:
            dates = [response.headers[f"X-TAXII-Date-Added-{end}"] for end in ("First", "Last")]
            assert dates == [format_timestamp(part[0].date_added), format_timestamp(part[-1].date_added)]
        return page

    @rule(match=filters(), limit=st.integers(1, LIMIT + 1), repeat=st.booleans(), after=st.integers(0, 8))
    def poll_with_next(self, match: Match, limit: int, repeat: bool, after: int) -> None:
        """A walk by `next`, with or without the fields, with another limit on each page, gives everything once."""
        start = self.log.entries[after].date_added if after < len(self.log.entries) else None
        shown = [one for one in self.log.view(match) if start is None or one.date_added > start]
        first = query_of(match) | ({"added_after": format_timestamp(start)} if start is not None else {})
        query = {**first, "limit": str(limit)}
        while True:
            page = self._check_page(self.get("objects/", query), shown, min(limit, LIMIT))
            shown = shown[len(page.get("objects", ())) :]
            if "next" not in page:
                break
            limit = limit % LIMIT + 1
            query = {**(first if repeat else {}), "next": page["next"], "limit": str(limit)}
        assert shown == []

    @rule(match=filters())
    def poll_by_dates(self, match: Match) -> None:
        """A walk by `added_after` alone gives everything once."""
        found = list(self._walk("objects", query_of(match), 0))
        assert found == [one.value for one in self.log.view(match)]

    @rule(match=filters())
    def read_the_manifest(self, match: Match) -> None:
        """The manifest tells of the same entries, in the same order."""
        records = list(self._walk("manifest", query_of(match), 0))
        told = [(one["id"], one["date_added"], one["version"], one["media_type"][-3:]) for one in records]
        assert told == [
            (one.object_id, format_timestamp(one.date_added), one.version, "2.0" if one.stix_20 else "2.1")
            for one in self.log.view(match)
        ]

    @rule(object_id=st.sampled_from(IDS), words=WORDS, times=TIMES, specs=SPECS)
    def read_an_object(
        self, object_id: str, words: tuple[Keyword, ...], times: tuple[int, ...], specs: tuple[str, ...]
    ) -> None:
        """An object has its versions; it is 404 where it is not there, or the one version asked for is not."""
        words, times = versions_of(words, times)
        match = Match(object_id, (), (), specs, words, times)
        response = self.get(f"objects/{object_id}/", query_of(match))
        shown = self.log.view(match)
        is_known = any(one.object_id == object_id for one in self.log.entries)
        if not is_known or (not shown and len(times) == 1 and not words):
            assert response.status_code == 404
        else:
            self._check_page(response, shown, LIMIT)

    @rule(object_id=st.sampled_from(IDS), specs=SPECS)
    def read_the_versions(self, object_id: str, specs: tuple[str, ...]) -> None:
        """The versions of an object are those that it has, oldest entry first."""
        match = Match(object_id, (), (), specs, (Keyword.ALL,), ())
        response = self.get(f"objects/{object_id}/versions/", query_of(Match(spec_versions=specs)))
        if not any(one.object_id == object_id for one in self.log.entries):
            assert response.status_code == 404
        else:
            versions = [one.version for one in self.log.view(match)]
            page = strictly(response.data)
            assert page.get("versions", []) == versions[:LIMIT]
            assert page.get("more", False) is (len(versions) > LIMIT)

    @rule(target=walks, match=filters(), limit=st.integers(1, 3))
    def leave_a_walk_lying(self, match: Match, limit: int) -> Any:
        """A client gets a page, and then something else to do."""
        page = strictly(self.get("objects/", {**query_of(match), "limit": str(limit)}).data)
        if "next" not in page:
            return multiple()
        return Walk(match, self.log.view(match)[len(page["objects"]) - 1].date_added, page["next"])

    @rule(walk=walks, after=st.integers(0, 5))
    def start_over_with_a_next(self, walk: Walk, after: int) -> None:
        """A `next` with an `added_after` that is not the one of its walk gives what was added after that."""
        start = self.log.entries[after].date_added if after < len(self.log.entries) else NOW
        shown = [one for one in self.log.view(walk.match) if one.date_added > start]
        query = {"next": walk.next, "added_after": format_timestamp(start)}
        self._check_page(self.get("objects/", query), shown, LIMIT)

    @rule(walk=walks, repeat=st.booleans())
    def take_a_walk_up(self, walk: Walk, repeat: bool) -> None:
        """A `next` never expires: it gives what is there now after its position, whatever happened meanwhile."""
        shown = [one for one in self.log.view(walk.match) if one.date_added > walk.after]
        query = {**(query_of(walk.match) if repeat else {}), "next": walk.next}
        self._check_page(self.get("objects/", query), shown, LIMIT)

    @rule(target=pages, match=filters(), path=st.sampled_from(["objects", "manifest"]), limit=st.integers(1, LIMIT))
    def remember_a_page(self, match: Match, path: str, limit: int) -> tuple[str, str, bytes]:
        """A client keeps a page and its ETag."""
        query = urlencode({**query_of(match), "limit": str(limit)})
        response = self.get(f"{path}/?{query}&x")
        return f"{path}/?{query}&x", response.headers["ETag"], response.data

    @rule(page=pages)
    def ask_for_a_page_again(self, page: tuple[str, str, bytes]) -> None:
        """304 is the answer exactly when the page is still the same."""
        path, etag, body = page
        again = self.get(path)
        assert (self.get(path, etag=etag).status_code == 304) is (again.headers["ETag"] == etag)
        assert again.headers["ETag"] != etag or again.data == body

    @invariant()
    def a_poll_shows_the_latest_versions(self) -> None:
        """The newest of them is where the model has it."""
        response = self.get("objects/")
        self._check_page(response, self.log.view(Match()), LIMIT)


TestClearinghouse = Clearinghouse.TestCase
