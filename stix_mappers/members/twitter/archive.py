"""Networks of the archive: what file names and the manifest tell of them (section 6.1).

The files of an archive say nothing of their network. `archive_manifest.jsonl` does: it is looked for beside a file
and up to two folders above. Without it the month in a file's name dates the network, and nothing says who was behind
it: the country in a name may be the target.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from stix_mappers.members import Desk
from stix_mappers.members.claims import attribution, codes, listed
from stix_mappers.members.rows import text, whole
from stix_mappers.moments import is_moment
from stix_mappers.places import places_in
from stix_mappers.reading import opened
from stix_mappers.record import Count, Network, Precision, Record, Source
from stix_mappers.skips import Unreadable
from stix_mappers.slugs import slug

MEMBER: Final = "twitter"
POLICY: Final = "platform manipulation"
_BESIDE: Final = ("archive_manifest.jsonl", "archive_manifest.json", "manifest.jsonl")
_LEVELS_UP: Final = 3
_LARGEST_MANIFEST: Final = 10_000
_SEPARATORS: Final = re.compile(r"[\s_.\-]+")
_NOISE: Final = frozenset({
    "user", "users", "tweet", "tweets", "csv", "hashed", "unhashed", "sample", "accounts", "information", "operations",
})  # fmt: skip
_RELEASE: Final = re.compile(r"(?:v|rev|release|version|update)(\d{1,3})|(corrected|correction|revised|updated)")
_MONTH: Final = re.compile(r"(?<!\d)(?:(0[1-9]|1[0-2])(20[012]\d)|(20[012]\d)[_-]?(0[1-9]|1[0-2]))(?!\d)")
_YEAR: Final = re.compile(r"(?<!\d)(20[012]\d)(?!\d)")
_ACTED: Final = re.compile(r"\b(?:acted|suspended|removed|taken down) on (\d{4}-\d\d-\d\d)\b")
_LEAD: Final = re.compile(r"\b(?:lead|leads|tip|tips|information) from (?:the )?([A-Z][\w&. -]{1,60}?)(?=[;,.)]|$)")
_TARGET: Final = re.compile(r"\btargets? \(([^()]{2,80})\)|\btargeting ([^;,.()]{2,80})")
_LONGEST_ID: Final = 120
_UNDATED: Final = "2020-H2"


class Facts(Struct, frozen=True):
    """What is known of the network of a file; `is_told` where a manifest told it."""

    network: Network
    at: str
    precision: Precision
    accounts: int | None = None
    leads_from: tuple[str, ...] = ()
    replaces: str | None = None
    is_told: bool = False
    policy: str = POLICY

    @property
    def reference(self) -> Network:
        """What a record of an asset says of its network."""
        return Network(id=self.network.id, published=self.network.published)


def network_id(stem: str) -> str:
    """Return the network a file is about: `ira_092020` of `ira_092020_users_csv_hashed`, whatever follows."""
    kept: list[str] = []
    for word in filter(None, _SEPARATORS.split(stem.lower())):
        if word in _NOISE and kept:
            break
        if word not in _NOISE and not _RELEASE.fullmatch(word):
            kept.append(word)
    return "_".join(kept)[:_LONGEST_ID] or slug(stem)[:_LONGEST_ID]


def release_of(stem: str) -> int:
    """Return which release of a list a name says it is: 1, or the number of `v2`; a corrected one is the second."""
    found = [match for word in _SEPARATORS.split(stem.lower()) if (match := _RELEASE.fullmatch(word))]
    return max((int(match[1]) if match[1] else 2 for match in found), default=1)


def facts_of(desk: Desk, default: Network | None = None) -> Facts:
    """Return what is known of the network of a file: by the manifest beside it, else by its name.

    Args:
        default: the network where the layout itself tells it.
    """
    stem = desk.source.stem
    own = network_id(stem) or "stream"
    found = next((facts for facts in _manifest(desk.source.path) if facts.network.id == own), None)
    if found is not None:
        return found
    if default is not None:
        return Facts(default, default.published or _UNDATED, "day", is_told=True)
    at, precision = _dated(desk)
    title = f"Twitter information operations archive: {own}"
    return Facts(Network(id=own, name=title), at, precision)


def _dated(desk: Desk) -> tuple[str, Precision]:
    for name in (desk.source.stem, *desk.source.folders):
        if month := _MONTH.search(name):
            return (f"{month[2]}-{month[1]}" if month[1] else f"{month[3]}-{month[4]}"), "month"
        if year := _YEAR.search(name):
            return f"{year[1]}-H2", "half"
    return _UNDATED, "half"


def _manifest(path: Path | None) -> Iterator[Facts]:
    for folder in list(path.parents)[:_LEVELS_UP] if path else ():
        for name in _BESIDE:
            if (folder / name).is_file():
                yield from _read(folder / name)
                return


def _read(path: Path) -> Iterator[Facts]:
    try:
        with path.open("rb") as stream:
            for number, item in enumerate(opened(stream).items()):
                if isinstance(item.value, Mapping) and (found := facts_in(item.value)) and number < _LARGEST_MANIFEST:
                    yield found
    except (OSError, Unreadable):
        return  # it is reported when it is mapped itself


def facts_in(told: Mapping[str, object]) -> Facts | None:
    """Return what a line of a manifest tells; None where it has neither file nor date."""
    cells = {str(key): text(value).strip() for key, value in told.items()}
    published = cells.get("disclosed") or cells.get("published") or ""
    if not cells.get("file") or not _is_day(published):
        return None
    note = cells.get("note", "")
    stem = Path(cells["file"]).name
    for ending in (".gz", ".csv", ".zip"):
        stem = stem.removesuffix(ending)
    days = [cells.get("acted_on", ""), *_ACTED.findall(note), published]
    network = Network(
        id=network_id(stem),
        name=cells.get("network") or stem,
        published=published,
        url=cells.get("url") or None,
        origin=codes([cells.get("country", ""), cells.get("origin", "")]),
        targets=_targets(told, note),
        attributed_to=attribution(cells.get("attributed_to", "")),
        x_description=note or None,
    )
    leads = tuple(found[1].strip() for found in _LEAD.finditer(note))
    return Facts(
        network,
        next(day for day in days if _is_day(day)),
        "day",
        accounts=whole(cells.get("accounts_published", "")),
        leads_from=tuple(dict.fromkeys([*listed(told.get("leads_from")), *leads])),
        replaces=cells.get("replaces") or None,
        is_told=True,
        policy=cells.get("policy") or POLICY,
    )


def _is_day(written: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII) is not None and is_moment(written)


def _targets(told: Mapping[str, object], note: str) -> tuple[str, ...]:
    said = [*listed(told.get("targets")), *listed(told.get("target"))]
    found = _TARGET.search(note)
    return codes(said) or (tuple(one.code for one in places_in(found[1] or found[2])) if found else ())


def network_record(desk: Desk, facts: Facts, line: int | None = None) -> Record:
    """Return the record of a network: the same from the manifest and from every file of the network."""
    counts = {} if facts.accounts is None else {"accounts": Count(value=facts.accounts)}
    return Record(
        record_id=f"{MEMBER}:{facts.network.id}",
        member=MEMBER,
        service=MEMBER,
        kind="network",
        action="suspended",
        action_at=facts.at,
        action_at_precision=facts.precision,
        network=facts.network,
        counts=counts,
        policy=facts.policy,
        leads_from=facts.leads_from,
        tlp=desk.tlp or "clear",
        source=Source(url=facts.network.url, file=desk.source.name, row=line),
    )


def manifest_records(desk: Desk, line: int, told: Mapping[str, object]) -> Iterator[Record]:
    """Yield the network that a line of a manifest tells of."""
    facts = facts_in(told)
    if facts is None:
        desk.skip(line, "unusable-value", text(told.get("file")), "no file, or no date of the form YYYY-MM-DD")
        return
    yield network_record(desk, structs.replace(facts), line)
