"""Who may sign what in an exchange (rules.md 4), and what plain TAXII does not ask."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from taxii_server.app import create_app
from taxii_server.core.stix import organisation_identity
from taxii_server.core.timestamps import system_clock
from taxii_server.exchange.intake import Destination, Pusher, make_intake
from tests.worlds import TAXII, World, domain, envelope, indicator, make_world

SUBMISSIONS = "5a61c2e3-df89-4dbf-8162-7eafb0c1d2e5"
REFERENCE = "6b72d3f4-e09a-4ec0-9273-8fb0c1d2e3f6"
SHARED = "bf172849-35ef-43b5-a7c8-d4051627380b"
RELEASED = "7c83e405-f1ab-4fd1-a384-90c1d2e3f407"
EXCHANGE = f"""
[[api_roots]]
name = "exchange"
title = "Exchange"

[[api_roots.collections]]
id = "{SUBMISSIONS}"
alias = "submissions-alpha"
title = "Submissions by Alpha"
readers = ["alpha"]
writers = ["alpha", "beta"]

[[api_roots.collections]]
id = "{SHARED}"
alias = "shared"
title = "Shared by Alpha and Beta"
readers = ["member"]
writers = ["member"]

[[api_roots.collections]]
id = "{REFERENCE}"
alias = "reference"
title = "Reference"
readers = ["anonymous"]

[[api_roots.collections]]
id = "{RELEASED}"
alias = "released"
title = "Released"
readers = ["agency"]
[api_roots.collections.release]
from = ["submissions-*"]
max_tlp = "amber"
profile = "full"
"""
ALPHA = organisation_identity("alpha")
BETA = organisation_identity("beta")
CLEARINGHOUSE = organisation_identity("clearinghouse")
UNKNOWN_MARKING = "marking-definition--0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90"
RUSSIA: dict[str, Any] = {
    "type": "location",
    "spec_version": "2.1",
    "id": "location--8c94f516-02bc-40e2-b495-a1d2e3f40518",
    "created_by_ref": CLEARINGHOUSE,
    "created": "2020-08-12T00:00:00.000Z",
    "modified": "2020-08-12T00:00:00.000Z",
    "name": "Russia",
    "country": "RU",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An exchange whose reference holds one location."""
    made = make_world(Path(tmp_path_factory.mktemp("exchange")), more=EXCHANGE, organisations=("alpha", "beta"))
    intake = make_intake(made.settings, made.store, system_clock)
    intake.push(envelope(RUSSIA), Destination("exchange", REFERENCE), Pusher("clearinghouse"))
    return made


@pytest.fixture(scope="module")
def client(world: World) -> FlaskClient:
    return create_app(world.settings, store=world.store).test_client()


def push(client: FlaskClient, world: World, *objects: dict[str, Any], organisation: str = "alpha") -> TestResponse:
    path = "/exchange/collections/submissions-alpha/objects/"
    return client.post(path, data=envelope(*objects), content_type=TAXII, headers=world.bearer(organisation))


def reason(answer: TestResponse) -> str:
    assert answer.status_code == 202
    (failure,) = answer.json["failures"]
    message: str = failure["message"]
    return message


def test_a_member_pushes_what_it_signs(client: FlaskClient, world: World) -> None:
    assert push(client, world, indicator(created_by_ref=ALPHA)).json["success_count"] == 1


def test_an_object_without_author_is_refused(client: FlaskClient, world: World) -> None:
    assert "created_by_ref" in reason(push(client, world, indicator()))


def test_an_object_of_another_is_refused_in_the_same_words_as_one_of_nobody(client: FlaskClient, world: World) -> None:
    of_another = reason(push(client, world, indicator(created_by_ref=BETA)))
    of_nobody = reason(push(client, world, indicator(created_by_ref="identity--" + RUSSIA["id"][10:])))
    assert of_another == of_nobody


def test_only_the_server_signs_as_the_clearinghouse(client: FlaskClient, world: World) -> None:
    assert "created_by_ref" in reason(push(client, world, indicator(created_by_ref=CLEARINGHOUSE)))


def test_an_observable_needs_no_author(client: FlaskClient, world: World) -> None:
    assert push(client, world, domain("nobodys.example")).json["success_count"] == 1


def test_a_shared_object_is_taken_as_the_reference_holds_it(client: FlaskClient, world: World) -> None:
    reordered = dict(reversed(RUSSIA.items()))
    assert push(client, world, reordered).json["success_count"] == 1


def test_a_shared_object_with_other_content_is_refused(client: FlaskClient, world: World) -> None:
    assert "shared" in reason(push(client, world, {**RUSSIA, "description": "a member's view"}))


def test_a_member_cannot_make_a_shared_object_its_own(client: FlaskClient, world: World) -> None:
    assert "shared" in reason(push(client, world, {**RUSSIA, "created_by_ref": ALPHA}))


def test_a_marking_that_the_server_does_not_hold_counts_as_red_and_the_status_says_so(
    client: FlaskClient, world: World
) -> None:
    status = push(client, world, indicator(created_by_ref=ALPHA, object_marking_refs=[UNKNOWN_MARKING])).json
    assert "TLP:RED" in status["successes"][0]["message"]


def test_a_marking_that_comes_in_the_same_push_is_known(client: FlaskClient, world: World) -> None:
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--9da50627-13cd-41f3-85a6-b2e3f4051629",
        "created_by_ref": ALPHA,
        "created": "2020-08-12T00:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "Ask first."},
    }
    marked = indicator(created_by_ref=ALPHA, object_marking_refs=[marking["id"]])
    status = push(client, world, marked, marking).json
    assert [one.get("message") for one in status["successes"]] == [None, None]


def test_nobody_pushes_into_the_reference(client: FlaskClient, world: World) -> None:
    path = "/exchange/collections/reference/objects/"
    answer = client.post(path, data=envelope(RUSSIA), content_type=TAXII, headers=world.bearer("alpha"))
    assert answer.status_code == 403


def test_what_changes_in_the_reference_counts_with_the_next_push(client: FlaskClient, world: World) -> None:
    ukraine = {**RUSSIA, "id": "location--ae061738-24de-42a4-96b7-c3f4051627fa", "name": "Ukraine", "country": "UA"}
    assert "created_by_ref" in reason(push(client, world, ukraine))
    intake = make_intake(world.settings, world.store, system_clock)
    intake.push(envelope(ukraine), Destination("exchange", REFERENCE), Pusher("clearinghouse"))
    assert push(client, world, ukraine).json["success_count"] == 1


def test_plain_taxii_asks_for_no_author(client: FlaskClient, world: World) -> None:
    path = "/plain/collections/feed/objects/"
    answer = client.post(path, data=envelope(indicator()), content_type=TAXII, headers=world.bearer("beta"))
    assert answer.json["success_count"] == 1


def delete(client: FlaskClient, world: World, object_id: str, organisation: str) -> TestResponse:
    path = f"/exchange/collections/shared/objects/{object_id}/"
    return client.delete(path, headers=world.bearer(organisation))


def share(client: FlaskClient, world: World, one: dict[str, Any], organisation: str) -> TestResponse:
    path = "/exchange/collections/shared/objects/"
    return client.post(path, data=envelope(one), content_type=TAXII, headers=world.bearer(organisation))


def test_a_member_deletes_its_own_object_from_a_shared_collection(client: FlaskClient, world: World) -> None:
    one = indicator(created_by_ref=ALPHA)
    share(client, world, one, "alpha")
    assert delete(client, world, one["id"], "alpha").status_code == 200


def test_a_member_does_not_delete_anothers_object(client: FlaskClient, world: World) -> None:
    one = indicator(created_by_ref=ALPHA)
    share(client, world, one, "alpha")
    assert delete(client, world, one["id"], "beta").status_code == 403


def test_an_observable_is_deleted_by_who_gave_it(client: FlaskClient, world: World) -> None:
    one = domain("given-by-alpha.example")
    share(client, world, one, "alpha")
    assert delete(client, world, one["id"], "beta").status_code == 403
    assert delete(client, world, one["id"], "alpha").status_code == 200


def test_a_member_does_not_take_over_anothers_id(client: FlaskClient, world: World) -> None:
    one = indicator(created_by_ref=ALPHA)
    share(client, world, one, "alpha")
    taken_over = {**one, "created_by_ref": BETA, "modified": "2021-01-01T00:00:00.000Z"}
    assert "not your organisation's" in reason(share(client, world, taken_over, "beta"))
