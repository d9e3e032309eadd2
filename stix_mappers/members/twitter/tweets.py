"""Tweets: how many an account made and when, and which sites the network shared (sections 6.2 and 6.3).

Twitter's tweet archives and the lists of Clemson University are read alike. There is never an object for one tweet;
texts, and whom a tweet mentions, answers or repeats, are not even read (D20).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.activity import Account, Activity, Post, Site
from stix_mappers.members.rows import Named, cell
from stix_mappers.members.twitter.archive import MEMBER, Facts, facts_of, network_record
from stix_mappers.members.twitter.columns import Who, account, tweeted, unread_date, who
from stix_mappers.members.twitter.users import key_of
from stix_mappers.record import Attribution, DomainSubject, Network, Record, Source

_PROFILE: Final = (
    "userid", "login", "name", "location", "bio", "url", "followers", "following", "created", "posts", "verified",
    "category",
)  # fmt: skip
_ACCOUNT_LANGUAGE: Final = "language"
_LINK: Final = re.compile(r"""[\[\]'"\s]+""")
_GLUED: Final = re.compile(r"([A-Za-z0-9_]*[A-Za-z_])[0-9]{9,}")
_CLEMSON: Final = Network(
    id="clemson_ira",
    name="Internet Research Agency (tweets collected by Clemson University)",
    published="2018-07-31",
    origin=("RU",),
    targets=("US",),
    attributed_to=(Attribution(name="Internet Research Agency", kind="organization", confidence="stated"),),
)


def are_tweets(columns: Iterable[str]) -> bool:
    """Tell whether these columns are those of tweets, by Twitter or by others."""
    names = set(columns)
    return bool(names & {"userid", "login"}) and bool(names & {"tweetid", "time"})


def are_collected(columns: Iterable[str]) -> bool:
    """Tell whether these are the columns of Clemson University, which say when a tweet was harvested."""
    return {"harvested", "time"} <= set(columns)


def records(desk: Desk, rows: Iterator[Named], *, collected: bool) -> Iterator[Record]:
    """Yield the network, a record for each account, and one for each site that several accounts shared."""
    facts = facts_of(desk, _CLEMSON if collected else None)
    yield network_record(desk, facts)
    with Activity() as activity:
        for row in rows:
            _gather(desk, activity, row, collected)
        known = _Known(activity)
        for found in activity.accounts():
            yield _account(desk, facts, found, known, collected)
        for site in activity.sites():
            yield _site(desk, facts, site)


def _gather(desk: Desk, activity: Activity, row: Named, collected: bool) -> None:
    found = who(row)
    if found is None:
        written = cell(row, "userid") or cell(row, "login")
        desk.skip(row.line, "unusable-value", written, "neither a handle nor an id that can be used")
        return
    links = tuple(link for link in _LINK.sub(" ", cell(row, "links").replace(",", " ")).split() if "//" in link)
    profile = {name: value for name in _PROFILE if (value := cell(row, name))}
    if not collected and (language := cell(row, _ACCOUNT_LANGUAGE)):
        profile[_ACCOUNT_LANGUAGE] = language
    activity.add(Post(found.key, row.line, tweeted(cell(row, "time")), links=links), profile)


class _Known:
    """The handles of a file, to tell which have a number glued on."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity

    def __contains__(self, handle: str) -> bool:
        return self._activity.has(handle.lower())


def _account(desk: Desk, facts: Facts, told: Account, known: _Known, collected: bool) -> Record:
    row = Named(told.line, told.profile)
    found = _mended(who(row) or Who(None, told.name, pseudonymised=True), known)
    category = told.profile.get("category", "")
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}:tweets:{key_of(told.name)}",
        member=MEMBER,
        service=MEMBER,
        kind="account",
        subject=account(row, found),
        action="suspended",
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.reference,
        policy=facts.policy,
        tlp=desk.tlp or "clear",
        source=Source(file=desk.source.name, row=told.line, x_comment=unread_date(row)),
        x_indicator=found.is_possible,
        x_labels=(category,) if collected and category else (),
        x_first_seen=told.first,
        x_last_seen=told.last,
        x_number_observed=min(told.posts, 999_999_999),
    )


def _mended(found: Who, known: _Known) -> Who:
    """Return the handle without a long number glued on, if the file knows the handle that remains (section 6.3)."""
    glued = _GLUED.fullmatch(found.login or "")
    if glued is None or found.is_possible or glued[1] not in known:
        return found
    return Who(glued[1], found.user_id, pseudonymised=False)


def _site(desk: Desk, facts: Facts, site: Site) -> Record:
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}:domain:{site.host}",
        member=MEMBER,
        service="web",
        kind="domain",
        subject=DomainSubject(domain=site.host),
        action="observed",
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.reference,
        policy=facts.policy,
        tlp=desk.tlp or "clear",
        source=Source(file=desk.source.name, row=site.line),
        x_indicator=False,
        x_number_observed=min(site.posts, 999_999_999),
    )
