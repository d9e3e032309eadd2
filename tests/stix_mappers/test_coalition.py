"""Coalition records handed over directly: what comes out, what is refused, and whose a file looks like."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stix_mappers import MEMBERS, Skip, map_file, records_of, samples_dir
from stix_mappers.mapping import _BUILT
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

COALITION = DATA / "coalition"
here = pytest.mark.skipif(not COALITION.is_dir(), reason="the real files are not beside the project")


def record(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "coalition-takedown/1",
        "record_id": "x-smpl:1",
        "member": "x-smpl",
        "service": "x-smplchat",
        "kind": "account",
        "subject": {"login": "smpl_owl", "user_id": "77"},
        "action": "suspended",
        "action_at": "2020-08-14T08:30:00Z",
        "action_at_precision": "second",
        "network": {"id": "n-1", "name": "Smpl network"},
        "tlp": "amber",
        **changes,
    }


def written(path: Path, *records: Any) -> Path:
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def whose(member: str, given_file: Path | io.BytesIO) -> str:
    skips: list[Skip] = []
    assert not list(records_of(member, [given_file], on_skip=skips.append))
    return skips[0].detail


# The real files ------------------------------------------------------------------------------------------------------


@here
def test_every_real_record_is_mapped_but_the_retraction_of_what_was_never_given() -> None:
    lines = [json.loads(line) for line in (COALITION / "records.jsonl").read_text().splitlines()]
    found = Mapped("coalition", COALITION / "records.jsonl")
    kinds = Counter(line["kind"] for line in lines if "retracts" not in line)
    former = sum(len(line.get("subject", {}).get("former_logins", ())) for line in lines)
    networks = {(line["member"], line["network"]["id"]) for line in lines if "network" in line}
    assert len(found.records) == len(lines)
    assert [skip.reason for skip in found.skips] == ["retracts-unknown"] * sum("retracts" in line for line in lines)
    assert len(found.of_type("observed-data")) == kinds.total() - kinds["network"]
    assert len(found.of_type("user-account")) == kinds["account"] + kinds["subreddit"] + former
    assert len(found.of_type("domain-name")) == kinds["domain"]
    assert len(found.of_type("campaign")) == len(networks)
    assert list(refused(found.objects)) == []
    assert list(broken(found.records)) == []


@here
def test_the_invalid_records_are_refused_with_path_and_rule() -> None:
    skips: list[Skip] = []
    assert not list(records_of("coalition", [COALITION / "records.invalid.jsonl"], on_skip=skips.append))
    paths = (
        "$.member: is",
        "$.subject: needs",
        "$.network.origin[0]:",
        "$.counts.accounts.value:",
        "$.schema:",
        "$.retr",
    )
    assert [(skip.line, skip.reason) for skip in skips] == [(line, "invalid-record") for line in range(1, 7)]
    assert all(path in skip.detail for path, skip in zip(paths, skips, strict=True))


# A member that joined later ------------------------------------------------------------------------------------------


def test_a_new_member_pushes_records_and_gets_an_identity_of_its_own(tmp_path: Path) -> None:
    found = Mapped("coalition", written(tmp_path / "x.jsonl", record()))
    assert "smpl" in found.names("identity")
    assert found.names("campaign") == {"Smpl network"}
    (indicator,) = found.of_type("indicator")
    assert "'smpl_owl' OR user-account:user_id = '77'" in indicator["pattern"]
    assert list(refused(found.objects)) == []
    assert complaints(one_of_each_shape(found.objects)) == []


@pytest.mark.parametrize("shape", ["lines", "array", "wrapped"])
def test_records_may_stand_in_lines_in_an_array_or_in_an_object(tmp_path: Path, shape: str) -> None:
    both = [record(), record(record_id="x-smpl:2", subject={"login": "smpl_elk"})]
    text = {
        "lines": "\n".join(map(json.dumps, both)),
        "array": json.dumps(both),
        "wrapped": json.dumps({"items": both}),
    }
    path = tmp_path / "x.json"
    path.write_text(text[shape])
    assert [found.record_id for found in Mapped("coalition", path).records] == ["x-smpl:1", "x-smpl:2"]


def test_a_record_that_is_taken_back_revokes_what_pointed_at_it(tmp_path: Path) -> None:
    back = record(record_id="x-smpl:2", action="reinstated", action_at="2020-09-01T00:00:00Z", retracts="x-smpl:1")
    found = Mapped("coalition", written(tmp_path / "x.jsonl", record(), back))
    revoked = Counter(item["type"] for item in found.objects if item.get("revoked"))
    assert revoked == {"observed-data": 1, "indicator": 1, "relationship": 2}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"member": "myspace"}, "$.member: must be one of"),
        ({"tlp": "white"}, "$.tlp"),
        ({"action_at": "2020-13-01T00:00:00Z"}, "$.action_at"),
        ({"action_at": "2999-01-01T00:00:00Z"}, "not more than a day ahead"),
        ({"network": {"id": "n", "targets": ["Atlantis"]}}, "$.network.targets[0]"),
        ({"subject": {"login": 7}}, "$.subject.login"),
        ({"kind": "domain", "subject": {"login": "x"}}, "$.subject"),
        ({"record_id": ""}, "$.record_id"),
        ({"surprise": 1}, "unknown field `surprise`"),
        ({"retracts": "x-smpl:1"}, "$.retracts: a record must not retract itself"),
        ({"spend": [{"amount": 1, "currency": "US dollars"}]}, "$.spend[0]"),
        ({"confidence": -1}, "$.confidence"),
    ],
)
def test_a_broken_record_is_skipped_with_line_path_and_rule(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    found = Mapped("coalition", written(tmp_path / "x.jsonl", record(), record(**changes)))
    (skip,) = found.skips
    assert (skip.line, skip.reason) == (2, "invalid-record")
    assert told in skip.detail
    assert len(found.records) == 1


def test_lines_that_are_no_records_do_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{json.dumps(record())}\n{{broken\n7\n{json.dumps(record(record_id='x-smpl:3'))}\n")
    found = Mapped("coalition", path)
    assert [skip.reason for skip in found.skips] == ["broken", "invalid-record"]
    assert len(found.records) == 2


documents = st.dictionaries(
    st.sampled_from([*record(), "x_own", "counts", "spend", "retracts"]),
    st.one_of(
        st.none(), st.integers(), st.text(max_size=8), st.lists(st.text(max_size=3), max_size=2), st.just({"id": 1})
    ),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=documents)
def test_any_object_is_a_record_or_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    found = Mapped("coalition", written(tmp_path / "x.jsonl", {**record(), **changes}))
    assert len(found.records) + len([skip for skip in found.skips if skip.reason == "invalid-record"]) == 1


# Whose a file looks like ---------------------------------------------------------------------------------------------


def sample_of(member: str, pattern: str) -> Path:
    return next(path for path in sorted(samples_dir(member).rglob(pattern)))


FOREIGN = [
    ("wikimedia", "logevents_block.json", "facebook"),
    ("wikimedia", "spi_*.txt", "twitter"),
    ("wikimedia", "logging_dump.xml", "facebook"),
    ("wikimedia", "spam_blacklist.txt", "google"),
    ("facebook", "Q1_2024*.csv", "wikimedia"),
    ("facebook", "*.md", "wikimedia"),
    ("facebook", "threatexchange*.json", "wikimedia"),
]


@pytest.mark.parametrize(("owner", "pattern", "asked"), FOREIGN)
def test_a_file_of_another_member_says_whose_it_looks_like(owner: str, pattern: str, asked: str) -> None:
    path = sample_of(owner, pattern)
    assert f"({owner})" in whose(asked, path)


def test_a_stream_says_so_as_well(tmp_path: Path) -> None:
    octets = sample_of("wikimedia", "logevents_block.json").read_bytes()
    assert "(wikimedia)" in whose("facebook", io.BytesIO(octets))


def test_coalition_records_given_for_a_member_are_told_from_its_own(tmp_path: Path) -> None:
    assert "looks like coalition records" in whose("wikimedia", written(tmp_path / "x.jsonl", record()))
    assert "(wikimedia)" in whose("coalition", sample_of("wikimedia", "logevents_block.json"))


def test_what_is_nobodys_looks_like_nobodys(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("colour,shape\nred,round\n")
    assert "looks like" not in whose("wikimedia", tmp_path / "x.csv")


@pytest.mark.parametrize("member", sorted(set(MEMBERS) & set(_BUILT)))
def test_no_member_takes_its_own_samples_for_those_of_others(member: str) -> None:
    skips: list[Skip] = []
    list(map_file(member, samples_dir(member), on_skip=skips.append))
    assert not [skip for skip in skips if "looks like" in skip.detail]
