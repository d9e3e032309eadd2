"""Pinterest: enforcement on pins, boards, accounts and domains (platform-records.md, section 10).

The form is derived from the transparency report and the API; it is no publication, hence amber. Policies without a
bearing on civic or state manipulation are counted and left out.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.blocked_links import BlockedLinks
from stix_mappers.members.fields import Fields, objects_of
from stix_mappers.members.foreign import looks_like
from stix_mappers.members.standing import Standing, acted_at
from stix_mappers.reading import opened
from stix_mappers.record import (
    AccountSubject,
    Action,
    Detection,
    DomainSubject,
    Kind,
    Network,
    PostSubject,
    Record,
    Remark,
    Source,
    Subject,
)
from stix_mappers.services import asset_of_url, is_platform_host
from stix_mappers.skips import Unreadable
from stix_mappers.slugs import slug
from stix_mappers.values import classify, refang

MEMBER: Final = "pinterest"
_CIVIC: Final = re.compile(
    r"civic|elect|vot(?:e|ing)|census|conspirac|inauthentic|influence|manipulat|disinfo|propagand|state|government|"
    r"politic|impersonat|deceptive|coordinated|misinformation|misleading|false"
)
_OTHER: Final = re.compile(r"medical|health|vaccin|climate|spam|adult|self|child|drug|nud|violence|harass|copyright")
_ACTIONS: Final[tuple[tuple[str, Action], ...]] = (
    ("reinstat", "reinstated"),
    ("restor", "reinstated"),
    ("reactivat", "reinstated"),
    ("unblock", "reinstated"),
    ("deactivat", "deactivated"),
    ("block", "blocked"),
    ("remov", "removed"),
    ("suspend", "suspended"),
    ("ban", "banned"),
    ("limit", "restricted"),
    ("restrict", "restricted"),
    ("label", "labelled"),
    ("warn", "labelled"),
)
_DETECTIONS: Final[dict[str, Detection]] = {"automated": "automated", "manual": "manual", "hybrid": "hybrid"}
_KINDS: Final[dict[str, Kind]] = {
    "pin": "pin", "pins": "pin", "board": "board", "boards": "board", "account": "account", "accounts": "account",
    "user": "account", "pinner": "account", "profile": "account", "business": "account", "domain": "domain",
    "domains": "domain", "site": "domain", "website": "domain", "link": "domain",
}  # fmt: skip
_PROFILE: Final = {
    "reach_bucket": ("reachbucket", "reach"),
    "image_signature": ("imagesignature",),
    "board_id": ("boardid",),
    "privacy": ("privacy",),
    "account_type": ("accounttype",),
    "title": ("title",),
    "description": ("description",),
    "dominant_language": ("dominantlanguage",),
}
_FIGURES: Final = {
    "pin_count": ("pincount",), "board_count": ("boardcount",), "monthly_views": ("monthlyviews",),
    "pins_affected": ("pinsaffected",),
}  # fmt: skip
_DATES: Final = ("actionat", "actiondate", "deactivatedat", "date")
_BLANKS: Final = re.compile(r"[\s/]+")
_LONGEST: Final = 2_000


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        keys, rows = objects_of(desk, opened(stream))
        if not _are_enforcement(keys):
            raise Unreadable("unknown-layout", f"no enforcement records{looks_like(keys, MEMBER)}", 1)
        yield from _of_rows(desk, rows)


def _are_enforcement(keys: frozenset[str]) -> bool:
    subject = bool(keys & {"entity", "entitytype", "pinid", "boardid", "reachbucket"})
    return subject and bool(keys & {"action", "actionat", "policy"}) and "entityurn" not in keys


def _of_rows(desk: Desk, rows: Iterable[Fields]) -> Iterator[Record]:
    standing, links = Standing(desk), BlockedLinks()
    for row in rows:
        if not _is_civic(row.text("policy", "policyname")):
            desk.skip(
                row.line, "out-of-scope", row.text("policy", "policyname"), "a policy without bearing on civic life"
            )
            continue
        yield from links.after(_Enforcement(desk, row).records(standing))
    yield from standing.finish()


def _is_civic(policy: str) -> bool:
    """Tell whether a policy has a bearing on civic or state manipulation; who names none has chosen to tell us."""
    written = policy.lower()
    return not written or ("civic" in written or (bool(_CIVIC.search(written)) and not _OTHER.search(written)))


class _Enforcement:
    """One row under way: a class because what it is decides which columns count."""

    def __init__(self, desk: Desk, row: Fields) -> None:
        self._desk = desk
        self._row = row
        self._written = row.text("entity", "entitytype", "type").lower()
        self._kind = _KINDS.get(self._written) or self._kind_by_columns()
        self._action_written = row.text("action").lower()

    def records(self, standing: Standing) -> Iterator[Record]:
        """Yield the record of the row, or what it takes back."""
        row = self._row
        when = acted_at(row, *_DATES)
        found = self._subject()
        if found is None or when is None:
            what = "no date" if found else f"names no {self._written or 'entity'}"
            self._desk.skip(row.line, "unusable-value", row.text("recordid", "pinid", "domain"), what)
            return
        subject, key = found
        action = next((said for word, said in _ACTIONS if word in self._action_written), None)
        record = Record(
            record_id=f"{MEMBER}:{key}"[:300],
            member=MEMBER,
            service=MEMBER,
            kind=self._kind or "pin",
            subject=subject,
            action=action or "observed",
            action_at=when[0],
            action_at_precision=when[1],
            network=self._network() if action != "reinstated" else None,
            policy=row.text("policy", "policyname")[:_LONGEST] or None,
            detection=_DETECTIONS.get(row.text("detection", "detectionmethod").lower()),
            tlp=self._desk.tlp or "amber",
            source=self._source(),
            synthetic=row.flag("synthetic") or False,
            x_indicator=not (isinstance(subject, DomainSubject) and is_platform_host(subject.domain)),
            x_profile=self._profile(),
            x_links=self._links(),
            x_remarks=() if action else (self._unknown_action(),),
        )
        if action == "reinstated":
            yield from standing.reinstatement(key, record)
        else:
            yield from standing.record(key, record, row.line)

    def _kind_by_columns(self) -> Kind | None:
        if self._row.text("pinid", "pinurl"):
            return "pin"
        if self._row.text("boardname", "boardurl"):
            return "board"
        if self._row.text("username"):
            return "account"
        return "domain" if self._row.text("domain") else None

    def _subject(self) -> tuple[Subject, str] | None:
        """Return what was acted on, and the key that it has in every file."""
        if self._kind == "pin":
            return self._pin()
        if self._kind == "domain":
            found = classify(self._row.text("domain", "host", "website", "url"), domains=True)
            return (DomainSubject(domain=found.value), f"domain:{found.value}") if found.kind == "domain" else None
        return self._account() if self._kind else None

    def _pin(self) -> tuple[Subject, str] | None:
        """Return a pin by its address in one form, so that all spellings meet."""
        row = self._row
        number = row.text("pinid")
        written = row.text("pinurl", "url")
        asset = asset_of_url(f"https://www.pinterest.com/pin/{number}/") if number.isdigit() else None
        asset = asset or (asset_of_url(refang(written)) if written else None)
        if asset is None or asset.account_type != MEMBER:
            return None
        text = "\n".join(filter(None, (row.text("title"), row.text("description"))))[:_LONGEST]
        subject = PostSubject(
            post_id=asset.post_id,
            url=asset.url,
            owner=row.text("ownerusername", "owner")[:200] or None,
            created=row.day("createdat", "created"),
            text=text or None,
            text_language=row.text("dominantlanguage", "language")[:35] or None,
        )
        return subject, f"pin:{asset.post_id or asset.url}"

    def _account(self) -> tuple[Subject, str] | None:
        row = self._row
        login, user_id = self._login(), row.text("boardid" if self._kind == "board" else "userid")[:200]
        if not login and not user_id:
            return None
        website = refang(row.text("websiteurl", "website"))[:_LONGEST] if self._kind == "account" else ""
        subject = AccountSubject(
            login=login or None,
            user_id=user_id or None,
            display_name=row.text("boardname", "fullname", "displayname", "name")[:300] or None,
            created=row.day("createdat", "created"),
            bio=row.text("about", "bio")[:_LONGEST] or None,
            profile_urls=(website,) if website else (),
            followers=row.whole("followercount", "followers"),
            following=row.whole("followingcount", "following"),
            posts=row.whole("pincount", "pins"),
        )
        return subject, f"{self._kind}:{login.lower() or user_id}"

    def _login(self) -> str:
        """Return the login as Pinterest's addresses have it: `owner`, `board/owner/name-of-the-board`."""
        row = self._row
        written = row.text("boardurl", "profileurl", "url")
        asset = asset_of_url(refang(written)) if written else None
        if asset and asset.account_type == MEMBER and asset.kind == self._kind and asset.login:
            return asset.login_as_written or asset.login
        owner = row.text("ownerusername", "owner") if self._kind == "board" else row.text("username", "login", "handle")
        owner = _BLANKS.sub("", owner.strip("@/ "))[:200]
        if self._kind != "board":
            return owner
        name = row.text("boardname", "name")
        path = slug(name) or _BLANKS.sub("-", name.lower()).strip("-")
        return f"board/{owner}/{path[:200]}" if owner and path else ""

    def _network(self) -> Network | None:
        report = self._row.text("reportid", "networkid", "groupid")[:200]
        return Network(id=report) if report else None

    def _links(self) -> tuple[str, ...]:
        """Return where a pin leads to: a second object, but nothing to look for."""
        value = classify(self._row.text("link")) if self._kind == "pin" else None
        return (value.value,) if value and value.kind == "url" else ()

    def _source(self) -> Source:
        row = self._row
        written = row.text("pinurl", "url", "domain")[:_LONGEST]
        return Source(
            file=self._desk.source.name,
            row=row.line,
            x_written=written or None,
            x_comment=row.text("recordid")[:200] or None,
        )

    def _profile(self) -> dict[str, str | int | bool]:
        """Return the snapshot; the image signature is Pinterest's own and no hash of a file."""
        found: dict[str, str | int | bool] = {}
        for name, spellings in _PROFILE.items():
            if written := self._row.text(*spellings):
                found[name] = written[:_LONGEST]
        for name, spellings in _FIGURES.items():
            number = self._row.whole(*spellings)
            if number is not None:
                found[name] = number
        return found

    def _unknown_action(self) -> Remark:
        text = self._action_written[:_LONGEST] or "no action is told"
        return Remark(topic="x-action", text=text, abstract="x-action")
