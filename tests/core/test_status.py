"""The status resource of a push (TAXII 2.1 §4.3; clients.md R11)."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.status import StatusEntry, StatusResource, complete_status

STATUS_ID = "2d086da7-4bdc-4f91-900e-d77486753710"
ENTRIES = st.lists(st.builds(StatusEntry, st.text(), st.text(), st.none() | st.text(min_size=1)), max_size=4).map(tuple)


def as_json(status: StatusResource) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(msgspec.json.encode(status))
    return value


@given(ENTRIES, ENTRIES)
def test_the_counts_add_up(successes: tuple[StatusEntry, ...], failures: tuple[StatusEntry, ...]) -> None:
    value = as_json(complete_status(STATUS_ID, 0, successes, failures))
    counts = [value[f"{name}_count"] for name in ("success", "failure", "pending")]
    assert (counts, value["total_count"]) == ([len(successes), len(failures), 0], len(successes) + len(failures))


@given(ENTRIES, ENTRIES)
def test_a_list_is_as_long_as_its_count_or_left_out(
    successes: tuple[StatusEntry, ...], failures: tuple[StatusEntry, ...]
) -> None:
    value = as_json(complete_status(STATUS_ID, 0, successes, failures))
    for name, entries in (("successes", successes), ("failures", failures)):
        assert len(value.get(name, ())) == len(entries)
        assert value.get(name) != []


def test_a_status_is_complete_at_once() -> None:
    assert as_json(complete_status(STATUS_ID, 0, (), ()))["status"] == "complete"


def test_the_request_timestamp_has_six_digits() -> None:
    assert as_json(complete_status(STATUS_ID, 1_500_000, (), ()))["request_timestamp"] == "1970-01-01T00:00:01.500000Z"


def test_an_entry_without_a_message_has_no_message() -> None:
    status = complete_status(STATUS_ID, 0, (StatusEntry("tool--1", "v"),), ())
    assert as_json(status)["successes"] == [{"id": "tool--1", "version": "v"}]
