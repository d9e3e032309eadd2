"""Objects: as envelopes, by id, as they were sent (TAXII 2.1 §3.7, §5.4, §5.6)."""

import json
from typing import Any

import pytest
import stix2

from tests.taxii.asking import FIRST, LAST, Asker, Feed, new_uuid
from tests.worlds import domain, indicator


def raw(feed: Feed, octets: str) -> bytes:
    """Push one object as it stands here, and give the page that holds it, as octets."""
    status = feed.post(b'{"objects": [%s]}' % octets.encode()).json
    assert status["success_count"] == 1, status
    return feed.objects().body


def written(**changes: str) -> str:
    """An indicator as text; the values are texts in JSON."""
    values = {name: json.dumps(value) for name, value in indicator().items()} | changes
    return "{" + ", ".join(f'"{name}" : {value}' for name, value in values.items()) + "}"


@pytest.mark.parametrize(
    "resource", ["objects/", f"objects/{indicator(1)['id']}/", "manifest/", f"objects/{indicator(1)['id']}/versions/"]
)
def test_objects_need_credentials(nobody: Asker, feed: Feed, resource: str) -> None:
    """Covers 5.4a, 5.6a, 5.3a, 5.8a."""
    feed.push(indicator(1))
    assert nobody.get(f"{feed.path}{resource}").status == 401


def test_an_empty_collection_is_an_empty_envelope(feed: Feed) -> None:
    """Covers 5.4c, 3.7d, 2d."""
    answer = feed.objects()
    assert (answer.status, answer.body) == (200, b"{}")


def test_a_single_object_comes_in_an_envelope(feed: Feed) -> None:
    """Covers 3.7a, 5.6c, 5.4d."""
    feed.push(indicator(1))
    assert feed.objects().json["objects"] == [indicator(1)]
    assert feed.object(indicator(1)["id"]).json["objects"] == [indicator(1)]


def test_one_object_has_both_dates(feed: Feed) -> None:
    """Covers 5.6g, 5.4d."""
    feed.push(indicator(1))
    answer = feed.object(indicator(1)["id"])
    assert answer.headers[FIRST] == answer.headers[LAST] == feed.dates()[indicator(1)["id"], indicator(1)["modified"]]


def test_one_object_without_filter_is_one_version(feed: Feed) -> None:
    """Covers Q19, 3.4.1g."""
    for day in ("02", "04", "03"):
        feed.push(indicator(1, modified=f"2020-09-{day}T00:00:00.000Z"))
    assert [one["modified"] for one in feed.object(indicator(1)["id"]).objects] == ["2020-09-04T00:00:00.000Z"]


def test_match_version_works_on_one_object(feed: Feed) -> None:
    """Covers 5.6d."""
    days = [f"2020-09-0{day}T00:00:00.000Z" for day in (1, 2, 3)]
    feed.push(*(indicator(1, modified=day) for day in days))

    def shown(value: str) -> list[str]:
        return [one["modified"] for one in feed.object(indicator(1)["id"], f"match[version]={value}").objects]

    assert shown("first") == days[:1]
    assert shown("last") == days[2:]
    assert shown("all") == days
    assert shown(days[1]) == [days[1]]
    assert shown(f"first,{days[1]}") == days[:2]


def test_other_match_fields_are_not_defined_for_one_object(feed: Feed) -> None:
    """Covers 5.6d."""
    feed.push(indicator(1))
    assert feed.object(indicator(1)["id"], "match[id]=x&match[type]=y").ids == [indicator(1)["id"]]


def test_match_spec_version_works_on_one_object(feed: Feed) -> None:
    """Covers 5.6e."""
    feed.push(indicator(1))
    assert feed.object(indicator(1)["id"], "match[spec_version]=2.1").ids == [indicator(1)["id"]]
    assert feed.object(indicator(1)["id"], "match[spec_version]=2.0").json == {}


def test_an_unknown_object_is_404(feed: Feed) -> None:
    """Covers 5.6f."""
    feed.push(indicator(1))
    for object_id in (f"indicator--{new_uuid()}", "indicator", "x", indicator(1)["id"].upper()):
        assert feed.object(object_id).status == 404


def test_an_object_of_another_collection_is_404(feed: Feed, other_feed: Feed) -> None:
    """Covers 5.6f, Q16."""
    other_feed.push(indicator(1))
    assert feed.object(indicator(1)["id"]).status == 404


def test_a_filter_that_leaves_nothing_is_an_empty_envelope(feed: Feed) -> None:
    """Covers 5.6h."""
    feed.push(indicator(1))
    object_id = indicator(1)["id"]
    for query in ("added_after=2099-01-01T00:00:00Z", "match[spec_version]=2.0"):
        assert feed.object(object_id, query).json == {}


def test_one_version_that_is_not_there_is_404(feed: Feed) -> None:
    """Covers 5.6h."""
    feed.push(indicator(1))
    assert feed.object(indicator(1)["id"], "match[version]=2019-01-01T00:00:00Z").status == 404


@pytest.mark.parametrize(
    "octets",
    [
        written(modified='"2020-08-12T00:00:00.1Z"'),
        written(modified='"2020-08-12T00:00:00Z"'),
        written(modified='"2020-08-12T00:00:00.120000Z"'),
        written(x_number="1.0"),
        written(x_number="1.10000000000000000000000000000000001"),
        written(x_number="1E5"),
        written(x_number="-0.0"),
        written(x_number="9007199254740991"),
        written(x_text=r'"A\/\u00e9"'),
        written(x_hashes='{"SHA-256": "x", "MD5": "y", "camelCase": 1}'),
        written(x_space="[ 1 ,\n\t2 ]"),
    ],
)
def test_objects_come_back_byte_for_byte(feed: Feed, octets: str) -> None:
    """Covers Q6, Q23, N7, N8."""
    assert octets.encode() in raw(feed, octets)


def test_versions_come_back_as_they_were_written(feed: Feed) -> None:
    """Covers Q6, N8, N9, 5.3.1d."""
    for day, digits in enumerate(("", ".1", ".12", ".120", ".120000"), start=1):
        feed.push(indicator(modified=f"2020-09-0{day}T10:00:00{digits}Z"))
    stored = [one["modified"] for one in feed.objects().objects]
    assert [one["version"] for one in feed.manifest().objects] == stored
    for one in feed.objects().objects:
        assert feed.versions(one["id"]).json["versions"] == [one["modified"]]
        assert feed.objects(f"match[version]={one['modified']}").ids == [one["id"]]


@pytest.mark.parametrize("number", ["9007199254740992", "-9007199254740993", "1" + "0" * 400, "1e999", "-1e400"])
def test_numbers_that_not_every_reader_keeps_are_refused(feed: Feed, number: str) -> None:
    """Covers Q23."""
    status = feed.post(b'{"objects": [%s]}' % written(x_number=number).encode()).json
    assert (status["failure_count"], status["success_count"]) == (1, 0)
    assert number[:16] in status["failures"][0]["message"]


@pytest.mark.parametrize("text", [r'"\ud800"', r'"\udfff"', r'"\ud83d x"', r'"\udd75\ud83d"'])
def test_half_a_surrogate_pair_is_refused(feed: Feed, text: str) -> None:
    """Covers Q24, 1.6.7a."""
    answer = feed.post(b'{"objects": [%s]}' % written(x_text=text).encode())
    assert answer.status == 422
    assert feed.objects().json == {}


def test_a_name_with_half_a_surrogate_pair_is_refused(feed: Feed) -> None:
    """Covers Q24."""
    octets = written()[:-1] + r', "x_\ud800": 1}'
    assert feed.post(b'{"objects": [%s]}' % octets.encode()).status == 422


@pytest.mark.parametrize("text", [r'"\u0000"', r'"a\u0000b"', r'"\ud83d\udd75"', r'"\uffff"'])
def test_nul_and_whole_pairs_do_no_harm(feed: Feed, text: str) -> None:
    """Covers Q24."""
    octets = written(x_text=text)
    assert octets.encode() in raw(feed, octets)
    assert feed.objects().objects[0]["x_text"] == json.loads(text)
    assert len(feed.manifest().ids) == 1


def nested(levels: int) -> str:
    """Lists in lists."""
    return "[" * levels + "]" * levels


def test_a_hundred_levels_come_back(feed: Feed) -> None:
    """Covers Q25."""
    octets = written(x_deep=nested(99))
    assert octets.encode() in raw(feed, octets)


@pytest.mark.parametrize("levels", [101, 200, 500])
def test_more_levels_are_a_failure_of_that_object_alone(feed: Feed, levels: int) -> None:
    """Covers Q25."""
    good, bad = written(), written(x_deep=nested(levels))
    status = feed.post(f'{{"objects": [{good}, {bad}]}}'.encode()).json
    assert (status["success_count"], status["failure_count"]) == (1, 1)
    assert "100 levels" in status["failures"][0]["message"]


@pytest.mark.parametrize("levels", [3_000, 100_000])
def test_thousands_of_levels_are_refused_at_once(feed: Feed, levels: int) -> None:
    """Covers Q25."""
    for deep in (nested(levels), '{"a":' * levels + "1" + "}" * levels):
        assert feed.post(f'{{"objects": [{written(x_deep=deep)}]}}'.encode()).status in {400, 422}
        assert feed.post(deep.encode()).status in {400, 422}
    assert feed.objects().json == {}


@pytest.mark.parametrize(
    "name", ["$where", "a.b", "_id", "date_added", "objects", "more", "next", "__proto__", "constructor", "x'; --", " "]
)
def test_names_of_properties_are_data(feed: Feed, name: str) -> None:
    """Covers Q26."""
    one = indicator(x_holder={name: {"$gt": 1}})
    feed.push(one)
    assert feed.objects().objects == [one]
    assert feed.object(one["id"]).objects == [one]


def test_content_that_stix_does_not_know_is_carried(feed: Feed) -> None:
    """Covers 1.6.10a."""
    custom: dict[str, Any] = {
        "type": "x-takedown",
        "spec_version": "2.1",
        "id": f"x-takedown--{new_uuid()}",
        "created": "2020-08-12T00:00:00.000Z",
        "modified": "2020-08-12T00:00:00.000Z",
        "x_anything": [1, {"a": None}],
    }
    feed.push(custom)
    assert feed.objects().objects == [custom]


def test_objects_are_kept_for_years(feed: Feed) -> None:
    """Covers 1.6.11a. Nothing is dropped by a date."""
    feed.push(indicator(1, created="1999-01-01T00:00:00.000Z", modified="1999-01-01T00:00:00.000Z"))
    assert feed.objects().ids == [indicator(1)["id"]]


def test_an_envelope_holds_stix_objects_alone(feed: Feed) -> None:
    """Covers 3.7d, 8.2.1d."""
    feed.push(indicator(1), domain())
    for one in feed.objects().objects:
        assert stix2.parse(one).serialize()


def test_an_id_in_the_url_may_be_percent_encoded(feed: Feed) -> None:
    """Covers 5.6c."""
    feed.push(indicator(1))
    assert feed.object(indicator(1)["id"].replace("-", "%2D")).ids == [indicator(1)["id"]]
