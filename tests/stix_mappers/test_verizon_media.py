"""Verizon Media's files against independent counts, the decisions that apply, and files nobody has seen."""

import base64
import email
import io
import json
from email.message import Message
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers import Skip, map_file, map_records, records_of, samples_dir
from stix_mappers.extensions import DISCLOSURE_SUMMARY, SOCIAL_ASSET, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, level, one_of_each_shape

VERIZON = DATA / "verizon-media"
NAMES = VERIZON / "tumblr_ira_usernames.txt"
MAILS = sorted(VERIZON.glob("arf/*.eml"))
real = pytest.mark.skipif(not VERIZON.is_dir(), reason="the real files are not beside the project")


@cache
def mapped(*paths: Path) -> Mapped:
    return Mapped("verizon-media", *paths)


@cache
def samples() -> Mapped:
    return Mapped("verizon-media", samples_dir("verizon-media"))


def written(tmp_path: Path, content: str, name: str = "names.txt") -> Mapped:
    path = tmp_path / name
    path.write_text(content)
    return Mapped("verizon-media", path)


# Names ---------------------------------------------------------------------------------------------------------------


@real
def test_every_name_and_former_name_is_an_account_with_an_indicator() -> None:
    lines = [line.partition(" previously known as: ") for line in NAMES.read_text().splitlines()]
    current = {name for name, _, _ in lines}
    former = {name for _, _, names in lines for name in names.split(", ") if name}
    found = mapped(NAMES)
    assert {item["account_login"] for item in found.of_type("user-account")} == current | former
    assert len(found.of_type("observed-data")) == len(found.of_type("indicator")) == len(current) + len(former)
    assert len(found.of_type("url")) == len(current)
    assert [item["description"] for item in found.relationships("related-to")] == ["former name"] * len(former)
    assert not found.skips


@real
def test_a_former_name_is_told_bare_and_its_indicator_ends_with_the_disclosure() -> None:
    found = mapped(NAMES)
    former = {name for item in found.records for name in getattr(item.subject, "former_logins", ())}
    for item in found.of_type("user-account"):
        assert (set(item) & {"display_name", "is_disabled", "extensions"} == set()) == (item["account_login"] in former)
    ends = {item["pattern"].split("'")[-2]: item.get("valid_until") for item in found.of_type("indicator")}
    assert {name for name, end in ends.items() if end} == former
    assert {end for end in ends.values() if end} == {"2018-03-23T23:59:59.000Z"}


@real
def test_former_names_stand_on_the_account_of_the_current_one() -> None:
    found = mapped(NAMES)
    item = next(item for item in found.of_type("user-account") if item["account_login"] == "gogomrbrown")
    assert item["extensions"][SOCIAL_ASSET]["former_logins"] == ["go-mrbrown", "infectedv0ice", "todd-la-death"]
    assert item["is_disabled"] is True


@real
def test_names_and_disclosure_are_one_network() -> None:
    found = mapped(NAMES, VERIZON / "disclosures.jsonl")
    assert len(found.of_type("campaign")) == len(found.of_type("report")) == 2
    assert found.names("threat-actor") == {"Internet Research Agency"}
    report = next(item for item in found.of_type("report") if len(item["object_refs"]) > 10)
    assert report["extensions"][DISCLOSURE_SUMMARY]["counts"][0]["value"] == 84


@real
def test_disclosures_give_their_counts_and_dates_as_published() -> None:
    lines = [json.loads(line) for line in (VERIZON / "disclosures.jsonl").read_text().splitlines()]
    found = mapped(VERIZON / "disclosures.jsonl")
    counts = [item["extensions"][DISCLOSURE_SUMMARY]["counts"][0]["value"] for item in found.of_type("report")]
    assert sorted(counts) == sorted(line["accounts"] for line in lines) == [84, 112]
    assert {item["published"][:10] for item in found.of_type("report")} == {"2018-03-23", "2018-11-30"}
    assert all(item["extensions"][DISCLOSURE_SUMMARY]["published_totals_only"] for item in found.of_type("report"))
    assert not found.skips


@real
def test_links_to_this_service_in_metas_files_are_leads_for_it() -> None:
    path = VERIZON / "doppelganger_tumblr.from-meta.csv"
    assert [skip.reason for skip in mapped(path).skips] == ["out-of-scope"]
    theirs = Mapped("facebook", path)
    observed = theirs.of_type("observed-data")
    assert len(observed) == len(set(path.read_text().splitlines()[1:]))
    assert all(item["labels"] == ["lead:tumblr"] for item in observed)
    assert {item["extensions"][TAKEDOWN_ACTION]["action"] for item in observed} == {"reported"}


@real
def test_what_meta_and_the_owner_both_name_is_one_object() -> None:
    (path,) = (DATA / "facebook").glob("csv/Q2_2023*/*Spamouflage*.csv")
    theirs = Mapped("facebook", path)
    accounts = {
        item["id"]: item["account_login"] for item in theirs.of_type("user-account") if item["account_type"] == "tumblr"
    }
    assert len(accounts) > 3
    own = list(map_records(records_of("verizon-media", [io.BytesIO("\n".join(accounts.values()).encode())])))
    assert {item["id"] for item in own if item["type"] == "user-account"} == set(accounts)


@real
def test_a_post_that_meta_links_to_is_the_post_that_the_owner_names(tmp_path: Path) -> None:
    lines = (VERIZON / "doppelganger_tumblr.from-meta.csv").read_text().splitlines()[1:]
    links = [line.split(",")[3] for line in lines]
    theirs = Mapped("facebook", VERIZON / "doppelganger_tumblr.from-meta.csv")
    own = written(tmp_path, "\n".join(links))
    assert {item["id"] for item in own.of_type("url")} == {item["id"] for item in theirs.of_type("url")}


@pytest.mark.parametrize(
    "line",
    [
        "smpl-one previously known as: smpl-two, smpl-three",
        "- smpl-one (formerly smpl-two and smpl-three)",
        "2. https://smpl-one.tumblr.com/ previously called: smpl-two; smpl-three",
        "Smpl-One fka smpl-two, SMPL-THREE",
    ],
)
def test_a_line_may_be_written_otherwise(tmp_path: Path, line: str) -> None:
    found = written(tmp_path, f"{line}\n")
    assert {item["account_login"] for item in found.of_type("user-account")} == {"smpl-one", "smpl-two", "smpl-three"}
    assert not found.skips


def test_a_table_of_names_is_read_by_its_columns(tmp_path: Path) -> None:
    found = written(tmp_path, 'Formerly known as,Blog name\n"smpl-two, smpl-three",smpl-one\n', "names.csv")
    assert len(found.of_type("user-account")) == 3


def test_the_file_name_or_a_heading_may_tell_another_disclosure(tmp_path: Path) -> None:
    assert written(tmp_path, "smpl\n", "tumblr_2018-11_ira.txt").records[0].network.id == "tumblr-2018-11-ira"  # type: ignore[union-attr]
    found = written(tmp_path, "Names of 2019-05-02, GRU:\nsmpl-one\nsmpl-two\nsmpl-one\nnot a name\n")
    assert found.names("threat-actor") == {"GRU"}
    assert found.of_type("indicator")[0]["valid_from"] == "2019-05-02T00:00:00.000Z"
    assert [skip.reason for skip in found.skips] == ["out-of-scope", "duplicate", "unknown-type"]


def test_a_disclosure_with_a_key_more_keeps_it_in_its_note(tmp_path: Path) -> None:
    told = {"disclosure_id": "x", "published": "2019-05", "accounts": "1,200", "attributed_to": "Iran", "new": "thing"}
    found = written(tmp_path, json.dumps(told) + "\n", "x.jsonl")
    assert found.names("location") == {"Iran"}
    assert not found.of_type("threat-actor")
    assert "new: thing" in found.of_type("note")[0]["content"]
    assert found.of_type("report")[0]["extensions"][DISCLOSURE_SUMMARY]["counts"][0]["value"] == 1200


# Mail ----------------------------------------------------------------------------------------------------------------


def parts(path: Path) -> tuple[Message, Message]:
    """Return the fields of a report and the header of its mail, by the standard library alone."""
    _text, fields, mail = email.message_from_bytes(path.read_bytes()).get_payload()  # type: ignore[misc]
    inner = mail.get_payload()  # type: ignore[union-attr]
    headers = inner[0] if isinstance(inner, list) else email.message_from_string(str(inner))
    return fields.get_payload()[0], headers  # type: ignore[union-attr, index, return-value]


@real
@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
def test_a_report_is_one_observation_of_all_it_names(path: Path) -> None:
    fields, headers = parts(path)
    found = mapped(path)
    if fields["Feedback-Type"] == "not-spam":
        assert [skip.reason for skip in found.skips] == ["out-of-scope"]
        assert not found.objects
        return
    (observation,) = found.of_type("observed-data")
    assert observation["number_observed"] == int(fields["Incidents"])
    assert len(found.of_type("url")) == len(fields.get_all("Reported-URI"))
    assert [item["value"] for item in found.of_type("domain-name")] == fields.get_all("Reported-Domain")
    assert [item["value"] for item in found.of_type("ipv4-addr", "ipv6-addr")] == [fields["Source-IP"]]
    assert {item["value"] for item in found.of_type("email-addr")} == {
        email.utils.parseaddr(written)[1] for written in (fields["Original-Mail-From"], headers["From"])
    }
    (message,) = found.of_type("email-message")
    assert message["subject"] == str(email.header.make_header(email.header.decode_header(headers["Subject"])))
    observables = ("url", "domain-name", "ipv4-addr", "ipv6-addr", "email-addr", "email-message")
    assert set(observation["object_refs"]) == {item["id"] for item in found.of_type(*observables)}
    expected = 4 if fields["Feedback-Type"] == "fraud" else 0  # the link, the domain, both senders
    assert len(found.of_type("indicator")) == expected
    assert level(observation) == 2


@real
def test_no_recipient_is_told() -> None:
    told = json.dumps(mapped(VERIZON).objects)
    assert "redacted@" not in told
    assert "vote-registrar.example" in told


def report(
    kind: str = "fraud", auth: str = "spf=pass", to: str = "someone@yahoo.com", mail: str = "", fields: str = ""
) -> str:
    return (
        "From: feedback@mail.example\nDate: Wed, 12 Aug 2020 10:01:00 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; boundary="b"; report-type=feedback-report\n\n--b\n\ntext\n--b\n'
        f"Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\nOriginal-Rcpt-To: <{to}>\n"
        f"Arrival-Date: Tue, 11 Aug 2020 01:11:00 +0000\nAuthentication-Results: x; {auth}\n"
        f"Reported-Domain: a.example\nReported-URI: http://a.example/x\n{fields}\n--b\n"
        f"Content-Type: message/rfc822\n\nFrom: Sender <s@a.example>\nSubject: Vote\n{mail}\nbody\n--b--\n"
    )


@pytest.mark.parametrize(
    ("kind", "auth", "types"),
    [
        ("fraud", "spf=pass; dkim=none", {"url", "domain-name", "email-addr"}),
        ("virus", "spf=fail; dkim=pass", {"url", "domain-name"}),
        ("fraud", "spf=pass; dkim=fail", {"url", "domain-name"}),
        ("fraud", "spf=none; dkim=none", {"url", "domain-name"}),
        ("abuse", "spf=pass; dkim=pass", set()),
        ("opt-out", "spf=pass", set()),
    ],
)
def test_what_is_worth_looking_for_depends_on_feedback_and_authentication(
    tmp_path: Path, kind: str, auth: str, types: set[str]
) -> None:
    found = written(tmp_path, report(kind, auth), "r.eml")
    assert {item["pattern"][1:].partition(":")[0] for item in found.of_type("indicator")} == types


def test_not_spam_is_an_opinion_on_an_indicator_that_exists_whatever_the_order(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(report("not-spam"))
    (tmp_path / "b.eml").write_text(report("fraud"))
    found = Mapped("verizon-media", tmp_path)
    (opinion,) = found.of_type("opinion")
    assert opinion["opinion"] == "disagree"
    assert set(opinion["object_refs"]) == {item["id"] for item in found.of_type("indicator")}
    assert len(found.of_type("observed-data")) == 1


def test_links_senders_and_subjects_that_name_the_recipient_do_not_pass(tmp_path: Path) -> None:
    fields = (
        "Reported-URI: http://a.example/?m=someone%40yahoo.com\nOriginal-Mail-From: <b+someone=yahoo.com@a.example>\n"
    )
    content = report(fields=fields).replace("Subject: Vote", "Subject: someone@yahoo.com, vote")
    found = written(tmp_path, content, "r.eml")
    assert "someone" not in json.dumps(found.objects)
    assert [skip.reason for skip in found.skips] == ["hidden"]
    assert found.of_type("email-message")[0]["subject"] == "[recipient], vote"
    assert found.records[0].service == "yahoo-mail"


def test_fields_in_base64_are_read_too(tmp_path: Path) -> None:
    head, _, rest = report().partition("Content-Type: message/feedback-report\n\n")
    fields, _, tail = rest.partition("\n--b\n")
    encoded = base64.encodebytes(fields.encode()).decode()
    header = "Content-Type: message/feedback-report\nContent-Transfer-Encoding: base64\n\n"
    found = written(tmp_path, f"{head}{header}{encoded}\n--b\n{tail}", "r.eml")
    assert [item["value"] for item in found.of_type("domain-name")] == ["a.example"]


def test_a_report_is_read_from_standard_input_with_any_line_ends() -> None:
    content = report().replace("\n", "\r\n").encode()
    assert len(list(records_of("verizon-media", [io.BytesIO(content)]))) == 1


# Every object --------------------------------------------------------------------------------------------------------


@real
def test_every_real_object_is_accepted_by_the_server_and_by_python_stix2() -> None:
    found = mapped(VERIZON)
    assert list(refused(found.objects)) == []
    assert list(broken(found.records)) == []
    assert list(map_file("verizon-media", VERIZON)) == found.objects
    assert len({item["id"] for item in found.objects}) == len(found.objects)


@real
@pytest.mark.slow
def test_every_shape_of_the_real_objects_is_valid() -> None:
    assert complaints(one_of_each_shape(mapped(VERIZON).objects)) == []


def test_every_shape_of_the_samples_is_valid_and_nothing_of_them_is_refused() -> None:
    assert complaints(one_of_each_shape(samples().objects)) == []
    assert list(refused(samples().objects)) == []
    assert list(broken(samples().records)) == []
    assert not samples().skips
    assert len(samples().records) > 30


def test_the_line_traced_in_the_documentation_is_still_true() -> None:
    page = (Path(__file__).parents[2] / "docs" / "members" / "verizon-media.md").read_text()
    found = Mapped("verizon-media", samples_dir("verizon-media") / "tumblr_ira_usernames.txt")
    assert found.records[0].record_id in page
    objects = [item for item in found.objects if item["type"] in {"user-account", "url", "observed-data", "indicator"}]
    assert all(f"`{item['id']}`" in page for item in objects[:5])


# Files nobody has seen -----------------------------------------------------------------------------------------------

anything = st.text(max_size=40) | st.sampled_from(
    ["", "a-name", "a previously known as: b, c", "https://x.tumblr.com/"]
)


@given(st.lists(anything, max_size=10))
def test_every_line_is_mapped_or_skipped(lines: list[str]) -> None:
    skips: list[Skip] = []
    content = "\n".join(["one", "two", "three", *lines]).encode("utf-8", "surrogatepass")
    list(map_file("verizon-media", io.BytesIO(content), on_skip=skips.append))


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["2018-11", "IRA", "Iran", "84"]) | anything,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
keys = st.sampled_from(
    ["disclosure_id", "published", "accounts", "attributed_to", "origin", "target", "action", "leads_from", "service"]
)


@given(st.lists(st.dictionaries(keys, values, min_size=2), min_size=1, max_size=3))
def test_any_objects_are_mapped_or_skipped(items: list[dict[str, object]]) -> None:
    list(map_file("verizon-media", io.BytesIO(json.dumps(items).encode())))


@given(anything, anything, anything, anything, anything)
def test_any_mail_is_mapped_or_skipped(kind: str, auth: str, to: str, mail: str, fields: str) -> None:
    content = report(kind, auth, to, mail, fields).encode("utf-8", "surrogatepass")
    skips: list[Skip] = []
    objects = list(map_file("verizon-media", io.BytesIO(content), on_skip=skips.append))
    assert objects or skips
