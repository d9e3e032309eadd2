"""Reddit's disclosures, and which of them a list belongs to (section 11).

Lists and account objects do not say why they were drawn up. `disclosures.jsonl`, beside a file or up to two folders
above, does: a list belongs to the disclosure that names it or whose date stands in its name, else to the only one
that came with a list.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from stix_mappers.members import Desk
from stix_mappers.members.claims import attribution, certainty_of, codes, listed
from stix_mappers.members.reddit.columns import when
from stix_mappers.members.rows import text, whole
from stix_mappers.moments import is_moment
from stix_mappers.reading import opened
from stix_mappers.record import Action, Count, Network, Precision, Record, Remark, Source, Technique
from stix_mappers.skips import Unreadable
from stix_mappers.slugs import slug

MEMBER: Final = "reddit"
_BESIDE: Final = ("disclosures.jsonl", "disclosures.json")
_LEVELS_UP: Final = 3
_MOST_DISCLOSURES: Final = 1_000
_UNDATED: Final = "2020-H2"
_MONTH: Final = re.compile(r"(?<!\d)(20[012]\d)[-_]?(0[1-9]|1[0-2])(?:[-_]?(0[1-9]|[12]\d|3[01]))?(?!\d)")
_SECONDS: Final = re.compile(r"(?<![\d.])1[1-9]\d{8}(?:\.0)?(?![\d.])")
_VOTES: Final = re.compile(r"\bvot(?:e|es|ing)\b", re.IGNORECASE)
_VOTE_MANIPULATION: Final = Technique(scheme="disarm", id="T0049.001", note="Vote manipulation.")


class Facts(Struct, frozen=True):
    """What is known of the network of a file; `action` is what Reddit did with its accounts."""

    network: Network
    at: str
    precision: Precision
    action: Action = "banned"
    policy: str | None = None
    url: str | None = None

    @property
    def reference(self) -> Network:
        """What a record of an asset says of its network."""
        return Network(id=self.network.id, published=self.network.published)


class Disclosure(Struct, frozen=True):
    """One disclosure, as it was published."""

    facts: Facts
    counts: dict[str, Count]
    leads_from: tuple[str, ...]
    accounts: tuple[str, ...]
    subreddits: tuple[str, ...]
    files: tuple[str, ...]
    has_list: bool
    remarks: tuple[Remark, ...]


def disclosure(told: Mapping[str, object]) -> Disclosure | None:
    """Return what a line tells; None where it has neither id nor date."""
    name, published = text(told.get("disclosure_id")).strip(), text(told.get("published")).strip()
    if not name or not re.fullmatch(r"\d{4}-\d\d-\d\d", published) or not is_moment(published):
        return None
    said = text(told.get("attributed_to")).strip()
    sure = certainty_of(text(told.get("attribution_confidence")))
    url = text(told.get("url")).strip() or None
    network = Network(
        id=name[:200],
        name=text(told.get("title")).strip() or name,
        published=published,
        url=url,
        origin=codes(listed(told.get("origin"))),
        targets=codes([*listed(told.get("target")), *listed(told.get("targets"))]),
        attributed_to=attribution(said, sure),
    )
    has_list = bool(told.get("list_url"))
    # The accounts of a list that Reddit published were "kept visible for now": reported until they are removed.
    kept = has_list and told.get("accounts_preserved") is not False
    policy = text(told.get("policy")).strip() or None
    return Disclosure(
        Facts(network, published, "day", "reported" if kept else "banned", policy, url),
        _counts(told),
        tuple(listed(told.get("leads_from"))),
        tuple(listed(told.get("named_accounts"))),
        tuple(listed(told.get("subreddit_names"))),
        (*listed(told.get("file")), *listed(told.get("files"))),
        has_list,
        _karma(told.get("karma_distribution")),
    )


def _counts(told: Mapping[str, object]) -> dict[str, Count]:
    numbers = {key: whole(text(told.get(key))) for key in ("accounts", "subreddits")}
    return {key: Count(value=number) for key, number in numbers.items() if number is not None}


def _karma(told: object) -> tuple[Remark, ...]:
    if not isinstance(told, Mapping) or not told:
        return ()
    words = "; ".join(f"{bounds}: {text(number)}" for bounds, number in told.items())
    return (Remark(topic="karma-distribution", text=words, abstract="Accounts by karma"),)


def network_record(desk: Desk, found: Disclosure, line: int | None = None) -> Record:
    """Return the record of a disclosed network."""
    facts = found.facts
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}",
        member=MEMBER,
        service=MEMBER,
        kind="network",
        action=facts.action,
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.network,
        counts=found.counts,
        policy=facts.policy,
        leads_from=found.leads_from,
        techniques=(_VOTE_MANIPULATION,) if _VOTES.search(facts.policy or "") else (),
        tlp=desk.tlp or "clear",
        source=Source(url=facts.url, file=desk.source.name, row=line),
        x_remarks=found.remarks,
    )


def network_of(desk: Desk, sample: str) -> Disclosure:
    """Return the disclosure a file belongs to; without one, a network named and dated by the file alone."""
    told = list(_beside(desk.source.path))
    name = desk.source.stem.lower()
    for found in told:
        if any(Path(file).name.lower() in {name, _name(desk)} for file in found.files):
            return found
    dated = [found for found in told if _is_dated(name, found.facts.at)]
    lists = dated or ([found for found in told if found.has_list] if not _MONTH.search(name) else [])
    return lists[0] if len(lists) == 1 else _own(desk, sample)


def _name(desk: Desk) -> str:
    return desk.source.path.name.lower() if desk.source.path else ""


def _is_dated(name: str, day: str) -> bool:
    return any(form in name for form in (day, day.replace("-", "_"), day.replace("-", "")))


def _own(desk: Desk, sample: str) -> Disclosure:
    name = slug(desk.source.stem) or "list"
    network = Network(id=f"reddit-{name}"[:200], name=f"Reddit accounts: {desk.source.stem or 'list'}")
    at, precision = _dated(desk.source.stem, sample)
    return Disclosure(Facts(network, at, precision), {}, (), (), (), (), has_list=False, remarks=())


def _dated(stem: str, sample: str) -> tuple[str, Precision]:
    """Return the month or day of a name, else the half year of the latest time in the text."""
    if found := _MONTH.search(stem):
        month = f"{found[1]}-{found[2]}"
        day = f"{month}-{found[3]}" if found[3] else ""
        return (day, "day") if day and is_moment(day) else (month, "month")
    latest = max((seconds[0][:10] for seconds in _SECONDS.finditer(sample)), default="")
    if not latest:
        return _UNDATED, "half"
    day = when(latest) or ""
    return f"{day[:4]}-H{1 if day[5:7] <= '06' else 2}", "half"


def _beside(path: Path | None) -> Iterator[Disclosure]:
    for folder in list(path.parents)[:_LEVELS_UP] if path else ():
        for name in _BESIDE:
            if (folder / name).is_file() and folder / name != path:
                yield from _read(folder / name)
                return


def _read(path: Path) -> Iterator[Disclosure]:
    try:
        with path.open("rb") as stream:
            for number, item in enumerate(opened(stream).items()):
                if number < _MOST_DISCLOSURES and isinstance(item.value, Mapping) and (found := disclosure(item.value)):
                    yield found
    except (OSError, Unreadable):
        return  # it is reported when it is mapped itself
