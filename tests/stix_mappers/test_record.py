"""The coalition record: what is taken, what is refused, and how it is told."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from stix_mappers.record import Record, RecordError, encode, parse, parse_json

TODAY = dt.date(2026, 11, 21)


def account(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "coalition-takedown/1",
        "record_id": "twitter:1",
        "member": "twitter",
        "service": "twitter",
        "kind": "account",
        "subject": {"login": "someone"},
        "action": "suspended",
        "action_at": "2020-08-14",
        "action_at_precision": "day",
        "tlp": "clear",
        **changes,
    }


def refusal(document: dict[str, Any]) -> str:
    with pytest.raises(RecordError) as caught:
        parse(document, today=TODAY)
    return str(caught.value)


def test_every_record_of_the_samples_survives_a_round_trip(data: Path) -> None:
    for line in (data / "coalition" / "records.jsonl").read_bytes().splitlines():
        record = parse_json(line, today=TODAY)
        assert parse_json(encode(record), today=TODAY) == record


@pytest.mark.parametrize(
    ("why", "path"),
    [
        ("missing member", "$.member: is required"),
        ("account without any id", "$.subject: needs at least one of login, user_id"),
        ("country not ISO", "$.network.origin[0]: 'Russia' is neither"),
        ("negative count", "$.counts.accounts.value: must not be negative"),
        ("unknown schema version", "$.schema: must be 'coalition-takedown/1'"),
        ("retracts itself", "$.retracts: a record must not retract itself"),
    ],
)
def test_the_invalid_samples_are_refused_with_path_and_rule(data: Path, why: str, path: str) -> None:
    lines = (data / "coalition" / "records.invalid.jsonl").read_text().splitlines()
    document = next(item["record"] for item in map(json.loads, lines) if item["why"] == why)
    assert path in refusal(document)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"subject": {"login": "a", "shoe_size": 46}}, "$.subject: Object contains unknown field `shoe_size`"),
        ({"unheard": 1}, "unknown field `unheard`"),
        ({"member": "myspace"}, "$.member: must be one of facebook"),
        ({"kind": "alias"}, "$.kind"),
        ({"action": "praised"}, "$.action"),
        ({"action_at": "2020-02-30"}, "$.action_at: must be a date"),
        ({"action_at": "14.08.2020"}, "$.action_at: does not have the form of the precision 'day'"),
        ({"action_at": "2020-Q5", "action_at_precision": "quarter"}, "$.action_at"),
        ({"action_at": "2026-11-23"}, "not more than a day ahead"),
        ({"tlp": "white"}, "$.tlp"),
        ({"confidence": 101}, "$.confidence"),
        ({"spend": [{"amount": 1, "currency": "XYZ1"}]}, "$.spend[0]: 'XYZ1' is not an ISO 4217 code"),
        ({"spend": [{"amount": -1, "currency": "USD"}]}, "$.spend[0].amount"),
        ({"counts": {"likes": {"value": 1}}}, "$.counts.likes: is not a count of this schema"),
        ({"kind": "network", "subject": None}, "$.network: is required"),
        ({"network": {"id": "n", "targets": ["Middle East"]}}, "$.network.targets[0]"),
        ({"network": {"id": "n", "published": "2031-01-01"}}, "$.network.published"),
        ({"network": {}}, "$.network.id: is required"),
        ({"retracts": "twitter:1"}, "$.retracts"),
    ],
)
def test_a_broken_record_is_refused_with_path_and_rule(changes: dict[str, Any], told: str) -> None:
    assert told in refusal(account(**changes))


def test_all_faults_are_told_at_once() -> None:
    told = refusal(account(member="myspace", tlp="white", retracts="twitter:1"))
    assert "$.member" in told
    assert "$.tlp" in told
    assert "$.retracts" in told


def test_keys_with_x_may_stand_anywhere() -> None:
    record = parse(account(x_own=1, subject={"login": "a", "x_shoe": {"x": []}}), today=TODAY)
    assert isinstance(record, Record)


def test_a_member_that_joined_later_is_taken() -> None:
    assert parse(account(member="x-newmember"), today=TODAY).member == "x-newmember"


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(line: bytes) -> None:
    with pytest.raises(RecordError):
        parse_json(line, today=TODAY)


def test_coarse_dates_are_taken_in_their_own_forms() -> None:
    for written, precision in (("2020-08", "month"), ("2020-Q3", "quarter"), ("2020-H2", "half")):
        parse(account(action_at=written, action_at_precision=precision), today=TODAY)
    parse(account(action_at="2020-08-14T08:30:00+02:00", action_at_precision="second"), today=TODAY)
