"""What becomes of an object that is there already (rules.md 3), where the model of the stateful test has no eye."""

import json
from pathlib import Path
from typing import Any

import pytest

from taxii_server.core.timestamps import system_clock
from taxii_server.exchange.intake import Destination, Intake, Pusher, make_intake
from tests.worlds import FEED, domain, envelope, make_world


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    made = make_world(Path(tmp_path_factory.mktemp("commit")), organisations=())
    return make_intake(made.settings, made.store, system_clock)


def push(intake: Intake, *objects: dict[str, Any]) -> dict[str, Any]:
    status: dict[str, Any] = json.loads(intake.push(envelope(*objects), Destination("plain", FEED), Pusher("alpha")))
    return status


CHANNEL: dict[str, Any] = {
    "type": "x-channel",
    "spec_version": "2.1",
    "id": "x-channel--0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90",
    "name": "a channel",
}
DATED = {**CHANNEL, "created": "2020-08-12T00:00:00.000Z", "modified": "2020-08-12T00:00:00.000Z"}


@pytest.mark.parametrize(("first", "second"), [(CHANNEL, DATED), (DATED, CHANNEL)], ids=["undated", "dated"])
@pytest.mark.parametrize("together", [True, False], ids=["in one push", "in two"])
def test_an_id_does_not_change_between_versioned_and_unversioned(
    intake: Intake, first: dict[str, Any], second: dict[str, Any], together: bool
) -> None:
    unique = f"x-channel--0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d{9 if together else 8}{'a' if first is DATED else 'b'}"
    pair = ({**first, "id": unique}, {**second, "id": unique})
    statuses = [push(intake, *pair)] if together else [push(intake, one) for one in pair]
    assert [status["success_count"] for status in statuses] == ([1] if together else [1, 0])
    assert "either has versions or has none" in statuses[-1]["failures"][0]["message"]


def test_a_whole_number_written_with_a_fraction_is_the_same_content(intake: Intake) -> None:
    written = [domain("numbers.example", x_count=count) for count in (1, 1.0)]
    first, second = (push(intake, one)["successes"][0]["version"] for one in written)
    assert first == second


def test_another_number_is_other_content(intake: Intake) -> None:
    written = [domain("other-numbers.example", x_count=count) for count in (1, 1.5)]
    first, second = (push(intake, one)["successes"][0]["version"] for one in written)
    assert first != second
