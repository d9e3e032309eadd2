"""Restrictions of members and pages, account by account (platform-records.md, section 9).

The form is derived from what LinkedIn shows in public and publishes as totals; it is no publication, hence amber.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.fields import Fields
from stix_mappers.members.standing import Standing, acted_at
from stix_mappers.places import place
from stix_mappers.record import (
    AccountSubject,
    Action,
    Detection,
    Kind,
    Network,
    Record,
    Remark,
    Source,
    Technique,
)
from stix_mappers.services import asset_of_url
from stix_mappers.values import refang

MEMBER: Final = "linkedin"
_ACTIONS: Final[tuple[tuple[re.Pattern[str], Action], ...]] = (
    (re.compile(r"reinstat|restor|unrestrict|appeal[_ ]granted"), "reinstated"),
    (re.compile(r"remov|delet|taken?[_ ]down|clos"), "removed"),
    (re.compile(r"restrict|limit|stopp|registration"), "restricted"),
    (re.compile(r"suspend"), "suspended"),
    (re.compile(r"\bban|terminat"), "banned"),
    (re.compile(r"block"), "blocked"),
    (re.compile(r"label"), "labelled"),
    (re.compile(r"report|flag"), "reported"),
)
_DETECTIONS: Final[tuple[tuple[str, Detection], ...]] = (
    ("law_enforcement", "law-enforcement-lead"),
    ("member_report", "member-report"),
    ("external", "external-lead"),
    ("partner", "external-lead"),
    ("registration", "automated"),
    ("automat", "automated"),
    ("manual", "manual"),
    ("hybrid", "hybrid"),
)
_KINDS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("school", "page", "school/"),
    ("showcase", "page", "showcase/"),
    ("group", "group", "groups/"),
    ("event", "event", "events/"),
    ("organi", "page", "company/"),
    ("company", "page", "company/"),
    ("page", "page", "company/"),
    ("member", "account", "in/"),
    ("person", "account", "in/"),
    ("profile", "account", "in/"),
    ("account", "account", "in/"),
)
_PROFILE: Final = {
    "claimed_employer": ("claimedemployer", "employer", "company"),
    "connections_bucket": ("connectionsbucket", "connections"),
    "detection_stage": ("detectionstage", "stage", "detection"),
    "appeal_status": ("appealstatus", "appeal"),
}
_URLS: Final = ("publicprofileurl", "profileurl", "pageurl", "url", "publicurl")
_UNSEEN: Final = "registration"
_AI_PHOTO: Final = "T0145.002"
_ORIGIN_CONFIDENCE: Final = 60
_LONGEST: Final = 2_000


def are_restrictions(keys: frozenset[str]) -> bool:
    """Tell whether these keys are those of a restriction: an account, and what was done to it."""
    account = bool(keys & {"entityurn", "urn", "vanityname", "publicprofileurl", "profileurl"})
    return account and bool(keys & {"action", "actionat", "detectionstage", "entitytype"})


def records(desk: Desk, rows: Iterable[Fields]) -> Iterator[Record]:
    """Yield a record for each row; one that reinstates an account takes back what was done to it before."""
    standing = Standing(desk)
    for row in rows:
        yield from _Restriction(desk, row).records(standing)
    yield from standing.finish()


class _Restriction:
    """One row under way: a class because login, kind and URN tell about each other."""

    def __init__(self, desk: Desk, row: Fields) -> None:
        self._desk = desk
        self._row = row
        self._urn = row.text("entityurn", "urn", "memberurn")[:200]
        self._type = row.text("entitytype", "entity", "type").lower()
        asset = asset_of_url(refang(row.text(*_URLS))) if row.text(*_URLS) else None
        self._asset = asset if asset and asset.account_type == MEMBER and asset.login else None
        self._kind, prefix = self._kind_and_prefix()
        vanity = row.text("vanityname", "vanity", "handle").strip("/@")
        self._login = self._asset.login if self._asset else f"{prefix}{vanity}".lower() if vanity else None
        self._action_written = row.text("action", "enforcement").lower()

    def records(self, standing: Standing) -> Iterator[Record]:
        """Yield the record of the row, or what it takes back."""
        when = acted_at(self._row, "actionat", "actiondate", "date", "restrictedat")
        key = self._urn or self._login
        if not key or when is None:
            what = "no date" if key else "neither URN nor address"
            self._desk.skip(self._row.line, "unusable-value", key or self._row.text("recordid", "displayname"), what)
            return
        action = next((found for words, found in _ACTIONS if words.search(self._action_written)), None)
        record = self._record(key, action or "observed", when[0])
        if action == "reinstated":
            yield from standing.reinstatement(key, record)
        else:
            yield from standing.record(key, record, self._row.line)

    def _record(self, key: str, action: Action, at: str) -> Record:
        row = self._row
        standing = action != "reinstated"
        when = acted_at(row, "actionat", "actiondate", "date", "restrictedat")
        network = self._network() if standing else None
        return Record(
            record_id=f"{MEMBER}:{key}"[:300],
            member=MEMBER,
            service=MEMBER,
            kind=self._kind,
            subject=self._subject(),
            action=action,
            action_at=at,
            action_at_precision=when[1] if when else "day",
            network=network,
            techniques=self._techniques() if standing else (),
            policy=row.text("policy", "policyname")[:_LONGEST] or None,
            detection=self._detection(),
            tlp=self._desk.tlp or "amber",
            source=Source(
                file=self._desk.source.name,
                row=row.line,
                x_written=row.text(*_URLS)[:_LONGEST] or None,
                x_comment=row.text("recordid", "id")[:200] or None,
            ),
            synthetic=row.flag("synthetic") or False,
            x_indicator=not self._was_never_seen(),
            x_profile=self._profile(),
            x_remarks=tuple(self._remarks(action, network)) if standing else (),
        )

    def _kind_and_prefix(self) -> tuple[Kind, str]:
        """Return the kind by the entity type, else by the URN or the address."""
        hints = (self._type, self._urn.lower(), self._asset.kind if self._asset else "")
        for hint in hints:
            for word, kind, prefix in _KINDS:
                if word in hint:
                    return kind, prefix
        return "account", "in/"

    def _subject(self) -> AccountSubject:
        row = self._row
        return AccountSubject(
            login=self._login,
            user_id=self._urn or None,
            url=self._asset.url if self._asset and not self._was_never_seen() else None,
            display_name=row.text("displayname", "name", "fullname")[:300] or None,
            created=row.day("createdat", "created", "registeredat"),
            bio=row.text("headline", "tagline")[:_LONGEST] or None,
            location_text=row.text("profilecountry", "location", "country")[:300] or None,
            followers=row.whole("followers", "followercount"),
        )

    def _was_never_seen(self) -> bool:
        """Tell whether it was stopped before it had a public profile that anybody could look for."""
        return _UNSEEN in self._row.text("detectionstage", "stage").lower()

    def _detection(self) -> Detection | None:
        stage = self._row.text("detectionstage", "stage", "detection").lower().replace(" ", "_").replace("-", "_")
        return next((found for word, found in _DETECTIONS if word in stage), None)

    def _country(self) -> str | None:
        """Return where a state is said to stand behind it."""
        if not self._row.flag("statesponsored", "statebacked"):
            return None
        found = place(self._row.text("attributedcountry", "attributedto", "attribution"))
        return found.code if found else None

    def _network(self) -> Network | None:
        group = self._row.text("groupid", "networkid", "cluster", "group")[:200]
        if not group:
            return None
        country = self._country()
        if country is None:
            return Network(id=group)
        return Network(id=group, origin=(country,), x_origin_confidence=_ORIGIN_CONFIDENCE)

    def _techniques(self) -> tuple[Technique, ...]:
        if not self._row.flag("aigeneratedphoto", "aiphoto", "syntheticphoto", "ganphoto"):
            return ()
        return (Technique(scheme="disarm", id=_AI_PHOTO),)

    def _profile(self) -> dict[str, str | int | bool]:
        """Return what only LinkedIn sees, and the employer that is claimed: a victim of the claim, hence text."""
        found: dict[str, str | int | bool] = {}
        for name, spellings in _PROFILE.items():
            if written := self._row.text(*spellings):
                found[name] = written[:_LONGEST]
        for name in ("ai_generated_photo", "state_sponsored"):
            said = self._row.flag(name.replace("_", ""))
            if said is not None:
                found[name] = said
        return found

    def _remarks(self, action: Action, network: Network | None) -> Iterator[Remark]:
        country = self._country()
        if country and network is None:
            text = f"Attributed to a state-sponsored operation of {country} (confidence {_ORIGIN_CONFIDENCE})."
            yield Remark(topic="attribution", text=text, abstract="Attribution of an account outside of a group")
        if action == "observed":
            text = self._action_written or "no action is told"
            yield Remark(topic="x-action", text=text[:_LONGEST], abstract="x-action")
        if self._type and not any(word in self._type for word, _kind, _prefix in _KINDS):
            yield Remark(topic="x-entity-type", text=self._type[:_LONGEST], abstract="x-entity-type")
