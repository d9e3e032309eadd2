"""Wikimedia: layouts and languages that the real files do not show, versions of blocks, and input of any kind."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stix_mappers import StixObject, map_file, map_records, records_of, samples_dir
from stix_mappers.extensions import TAKEDOWN_ACTION
from stix_mappers.members.wikimedia.wikis import wiki_in
from tests.stix_mappers.conftest import Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, level, one_of_each_shape

Given = Callable[[str, object], Mapped]
CASE = "[[WP:SPI/Smpl fox]]"


@pytest.fixture
def file(tmp_path: Path) -> Given:
    def written(name: str, content: object) -> Mapped:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
        return Mapped("wikimedia", path)

    return written


def entry(act: str = "block", **changes: Any) -> dict[str, Any]:
    params = [] if act == "unblock" else {"duration": "infinity", "flags": ["nocreate"], "sitewide": True}
    return {
        "logid": 1, "ns": 2, "title": "User:Smpl fox", "params": params, "type": "block", "action": act,
        "user": "Sample admin", "timestamp": "2020-09-01T10:00:00Z", "comment": "Sockpuppetry", **changes,
    }  # fmt: skip


def log(*found: dict[str, Any]) -> dict[str, Any]:
    return {"query": {"logevents": list(found)}}


def actions(found: Mapped) -> list[dict[str, Any]]:
    return [item["extensions"][TAKEDOWN_ACTION] for item in found.of_type("observed-data")]


# The samples ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples() -> Mapped:
    return Mapped("wikimedia", samples_dir("wikimedia"))


def test_the_samples_are_taken_whole(samples: Mapped) -> None:
    assert len(samples.records) > 30
    assert not [skip for skip in samples.skips if skip.refused]
    assert list(refused(samples.objects)) == []
    assert list(broken(samples.records)) == []


def test_the_shapes_of_the_samples_are_valid(samples: Mapped) -> None:
    assert complaints(one_of_each_shape(samples.objects)) == []


def test_no_object_is_marked_looser_than_what_it_names(samples: Mapped) -> None:
    levels = {item["id"]: level(item) for item in samples.objects}
    for item in samples.objects:
        for ref in (item.get("source_ref"), item.get("target_ref"), *item.get("object_refs", ())):
            assert ref is None or level(item) >= levels[ref]


# Versions ------------------------------------------------------------------------------------------------------------


def test_a_block_that_is_changed_is_a_new_version_of_one_observation(file: Given) -> None:
    params = {"duration": "infinity", "flags": ["nocreate", "noemail"], "sitewide": True}
    later = entry("reblock", logid=2, timestamp="2020-09-02T10:00:00Z", params=params)
    first, second = file("x.json", log(later, entry())).of_type("observed-data")
    assert first["id"] == second["id"]
    assert first["created"] == second["created"] == first["modified"]
    assert second["modified"] == "2020-09-02T10:00:00.000Z"
    assert second["extensions"][TAKEDOWN_ACTION]["block_flags"] == ["nocreate", "noemail"]


def test_a_block_that_ends_is_no_retraction_but_its_indicator_ends(file: Given) -> None:
    end = entry("unblock", logid=2, timestamp="2020-09-05T10:00:00Z", comment="Appeal accepted, terms agreed")
    found = file("x.json", log(end, entry()))
    assert not [item for item in found.objects if item.get("revoked")]
    assert found.of_type("indicator")[-1]["valid_until"] == "2020-09-05T10:00:00.000Z"
    assert actions(found)[-1]["block_expiry"] == "2020-09-05T10:00:00.000Z"
    assert not found.skips


def test_what_began_out_of_scope_ends_out_of_scope(file: Given) -> None:
    end = entry("unblock", logid=2, timestamp="2020-09-05T10:00:00Z", comment="Blocked by mistake")
    found = file("x.json", log(end, entry(comment="Vandalism")))
    assert [skip.reason for skip in found.skips] == ["out-of-scope", "out-of-scope"]
    assert not found.objects


def test_a_mistake_whose_block_was_never_given_is_told(file: Given) -> None:
    found = file("x.json", log(entry("unblock", comment="Blocked in error")))
    assert [skip.reason for skip in found.skips] == ["retracts-unknown"]


def versions_of(store: dict[str, StixObject], *found: dict[str, Any]) -> list[StixObject]:
    """Map a log with what was given before, and keep what comes out."""
    skips: list[object] = []
    path = Path(store["path"]["name"])
    path.write_text(json.dumps(log(*found)))
    given_now = list(map_records(records_of("wikimedia", [path]), previous=store.get, on_skip=skips.append))
    store.update({item["id"]: item for item in given_now})
    return given_now


def test_a_log_read_again_after_an_end_changes_nothing(tmp_path: Path) -> None:
    store: dict[str, StixObject] = {"path": {"name": str(tmp_path / "log.json")}}
    end = entry("unblock", logid=2, timestamp="2020-09-05T10:00:00Z", comment="Blocked by mistake")
    versions_of(store, entry())
    versions_of(store, end, entry())
    before = dict(store)
    versions_of(store, end, entry())
    assert store == before
    assert [item["type"] for item in store.values() if item.get("revoked")].count("observed-data") == 1


def test_a_later_run_gives_a_new_version(tmp_path: Path) -> None:
    store: dict[str, StixObject] = {"path": {"name": str(tmp_path / "log.json")}}
    versions_of(store, entry())
    params = {"duration": "infinity", "flags": ["noemail"], "sitewide": True}
    again = versions_of(store, entry("reblock", logid=2, timestamp="2020-09-02T10:00:00Z", params=params))
    (seen,) = [item for item in again if item["type"] == "observed-data"]
    assert (seen["created"], seen["modified"]) == ("2020-09-01T10:00:00.000Z", "2020-09-02T10:00:00.000Z")


# Layouts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "partial"),
    [
        ({"sitewide": ""}, False),
        ({"sitewide": False}, True),
        ({"restrictions": {"pages": [{"page_title": "X"}]}}, True),
        ({"duration": "indefinite", "flags": "nocreate,noautoblock"}, False),
    ],
)
def test_a_partial_block_restricts(file: Given, params: dict[str, Any], partial: bool) -> None:
    (action,) = actions(file("x.json", log(entry(params=params))))
    assert action["action"] == ("restricted" if partial else "blocked")


def test_a_lock_may_name_its_parameters(file: Given) -> None:
    lock = entry(type="globalauth", action="setstatus", title="User:Smpl fox@global")
    found = file("x.json", log({**lock, "params": {"added": ["locked"], "removed": []}}))
    (action,) = actions(found)
    assert (action["service"], action["block_flags"]) == ("wikimedia:global", ["locked"])
    assert found.of_type("user-account")[0]["account_login"] == "Smpl fox"
    hidden = file("y.json", log({**lock, "params": {"0": "locked, hidden", "1": "(none)"}}))
    assert [skip.reason for skip in hidden.skips] == ["hidden"]


def test_entries_may_come_without_their_answer_one_a_line(file: Given) -> None:
    found = file("x.jsonl", "\n".join(map(json.dumps, (entry(), entry(logid=2, title="User:Smpl owl")))))
    assert len(found.records) == 2


def test_an_answer_in_xml_tells_the_same_as_in_json(file: Given) -> None:
    item = (
        '<item logid="1" ns="2" title="User:Smpl fox" type="block" action="block" user="Sample admin"'
        ' timestamp="2020-09-01T10:00:00Z" comment="Sockpuppetry"><params duration="infinity" sitewide="">'
        "<flags><f>nocreate</f></flags></params></item>"
    )
    xml = file("x.xml", f'<?xml version="1.0"?><api><query><logevents>{item}</logevents></query></api>')
    assert xml.objects == file("x.json", log(entry())).objects


def test_an_event_that_ends_a_block_ends_it(file: Given) -> None:
    blocks = {"name": False, "email": False, "user_talk": False, "account_create": True}
    event = {
        "$schema": "/mediawiki/user/blocks-change/1.1.0", "meta": {"dt": "2020-09-01T10:00:00Z"}, "database": "frwiki",
        "user_text": "Smpl renard", "comment": "Faux-nez", "blocks": blocks,
    }  # fmt: skip
    none = dict.fromkeys(blocks, False)
    end = {**event, "meta": {"dt": "2020-09-03T10:00:00Z"}, "blocks": none, "prior_state": {"blocks": blocks}}
    found = file("x.jsonl", "\n".join(map(json.dumps, ({**end, "comment": "Fin"}, event))))
    assert [record.x_ends for record in found.records] == [False, True]
    assert found.of_type("indicator")[-1]["valid_until"] == "2020-09-03T10:00:00.000Z"


def test_the_wiki_is_taken_from_the_answer_the_name_or_the_case(file: Given) -> None:
    told = {"query": {"general": {"wikiid": "plwiki"}, "logevents": [entry()]}}
    assert actions(file("x.json", told))[0]["wiki"] == "plwiki"
    assert actions(file("dewiki-20200901.json", log(entry(title="Benutzer:Smpl"))))[0]["wiki"] == "dewiki"
    assert actions(file("x.json", log(entry(comment=CASE))))[0]["wiki"] == "enwiki"
    assert "wiki" not in actions(file("x.json", log(entry())))[0]
    assert wiki_in(["en.wikipedia.org block log"]) == "enwiki"
    assert wiki_in(["wikimedia", "samples"]) == ""


def test_unrelated_accounts_of_a_case_give_nothing(file: Given) -> None:
    page = (
        "{{SPI archive notice|Smpl fox}}\n===<big>02 September 2020</big>===\n{{sock list|1=Smpl owl|2=Smpl elk}}\n"
        "* {{unrelated}}: {{noping|Smpl elk}}\n* {{likely}} {{checkuser|Smpl owl}}\n"
    )
    found = file("x.txt", page)
    assert {item["account_login"] for item in found.of_type("user-account")} == {"Smpl fox", "Smpl owl"}
    assert [(skip.reason, skip.value) for skip in found.skips] == [("out-of-scope", "Smpl elk")]
    assert {record.confidence for record in found.records if record.kind == "account"} == {40}


def test_a_template_may_run_over_several_lines_and_users_be_linked(file: Given) -> None:
    page = (
        "{{SPI case status|open}}\n===2 September 2020===\n{{sock list\n|1=Smpl owl\n|2=Smpl elk\n|master=Smpl fox}}\n"
        "* {{confirmed}}: [[User:Smpl owl|Owl]]. {{bnt}} [[User:Sample clerk|Clerk]]\n"
    )
    found = {record.record_id.rpartition(":")[2]: record for record in file("x.txt", page).records}
    assert (found["Smpl owl"].confidence, found["Smpl owl"].action) == (75, "blocked")
    assert (found["Smpl elk"].confidence, found["Smpl elk"].action) == (40, "reported")
    assert "Sample clerk" not in found


def test_a_saved_stream_of_events_is_read(file: Given) -> None:
    event = {
        "$schema": "/mediawiki/user/blocks-change/1.0.0", "meta": {"dt": "2020-09-01T10:00:00Z"}, "database": "enwiki",
        "user_text": "Smpl fox", "comment": "Sockpuppetry", "blocks": {"account_create": True},
    }  # fmt: skip
    stream = f"event: message\nid: [1]\ndata: {json.dumps(event)}\n\nevent: message\ndata: {{broken\n"
    found = file("x.txt", stream)
    assert [record.record_id for record in found.records] == ["wikimedia:enwiki:Smpl fox"]
    assert [(skip.line, skip.reason) for skip in found.skips] == [(6, "broken")]


def test_an_answer_that_is_an_error_is_broken(file: Given) -> None:
    skips = [file("x.json", text).skips for text in ('{"error": {"code": "x"}, "query": {"logid": 1}}', "{}")]
    assert [[skip.reason for skip in found] for found in skips] == [["broken"], ["unknown-layout"]]


# Anything ------------------------------------------------------------------------------------------------------------

values = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**20), st.text(max_size=12),
    st.sampled_from(["User:Smpl", "2020-09-01T10:00:00Z", "Sockpuppetry", CASE, "block", "unblock", "infinity"]),
    st.lists(st.sampled_from(["nocreate", "locked", 3]), max_size=2),
    st.dictionaries(st.sampled_from(["0", "1", "flags", "duration", "sitewide", "expiry_dt"]), st.text(max_size=8)),
)  # fmt: skip
entries = st.dictionaries(
    st.sampled_from([*entry(), "user", "reason", "id", "by", "expiry", "hidden", "blocks", "user_text", "$schema"]),
    values,
)
lists = st.sampled_from(["logevents", "blocks", "globalblocks"])
answers = st.fixed_dictionaries({"query": st.dictionaries(lists, st.lists(entries, max_size=3), min_size=1)})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.one_of(answers, entries.map(lambda found: {**found, "logid": 1})))
def test_any_answer_is_mapped_or_skipped(answer: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "any.json"
    path.write_text(json.dumps(answer))
    found = Mapped("wikimedia", path)
    told = sum(len(item) for item in answer.get("query", {0: [answer]}).values())
    assert len(found.records) + len(found.skips) >= told
    assert list(broken(found.records)) == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        ["{{SPI case status|x}}\n", "\\ba\\.example\\b\n", "<mediawiki><logitem>", '{"logid":1,"title":', ""]
    ),
    text=st.text(st.characters(codec="utf-8"), max_size=200),
)
def test_any_text_is_mapped_or_skipped(start: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "any.txt"
    path.write_text(start + text, encoding="utf-8")
    found = Mapped("wikimedia", path)
    assert list(broken(found.records)) == []


def test_names_are_bounded_and_ids_stay_apart(file: Given) -> None:
    long = [entry(logid=number, title=f"User:{'Smpl ' * 60}{number}") for number in (1, 2)]
    ids = {record.record_id for record in file("x.json", log(*long)).records}
    assert len(ids) == 2
    assert all(len(found) <= 300 for found in ids)


def test_python_stix2_objects_are_given_on_request() -> None:
    types = {type(item).__name__ for item in map_file("wikimedia", samples_dir("wikimedia"), as_stix2=True)}
    assert {"Indicator", "ObservedData", "UserAccount", "IPv6Address"} <= types
