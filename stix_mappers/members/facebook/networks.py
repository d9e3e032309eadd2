"""Which network a file tells of: names of files and titles, and Meta's own index (platform-records.md, 4.5, 5.1-5.3).

The same network has the same id in every encoding: period, origin, number. `Q4-1_2026 H1_2026_IRAN_BASED_CIB_NETWORK_1`
and `meta-h1-2026-iran-based-cib-network-1` are one.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from stix_mappers.actors import actors_in
from stix_mappers.places import Place, origin_and_targets, place
from stix_mappers.record import Precision
from stix_mappers.slugs import slug

_SEPARATORS: Final = re.compile(r"[\s_\-–—,()#&+/.]+")
_PERIODS: Final = (
    re.compile(r"(?<![A-Za-z0-9])H(?P<half>[12])[\s_-]{0,2}(?P<year>20\d\d)(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<year>20\d\d)[\s_-]{0,2}H(?P<half>[12])(?!\d)", re.IGNORECASE),
    re.compile(
        r"(?<![A-Za-z0-9])Q(?P<quarter>[1-4])(?:\s*[-–]\s*Q?(?P<until>[1-4]))?[\s_-]{0,2}(?P<year>20\d\d)(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<!\d)(?P<year>20\d\d)[\s_-]{0,2}Q(?P<quarter>[1-4])(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<year>20\d\d)[_-](?P<month>0[1-9]|1[0-2])(?:[_-](?P<day>[0-3]\d))?(?!\d)"),
)
_NUMBER: Final = re.compile(r"(?:network|cluster|operation|campaign|#)[\s_#-]*(\d{1,2})\s*$", re.IGNORECASE)
_NOISE: Final = frozenset({
    "cib", "network", "networks", "based", "targeting", "targeted", "githubiocs", "github", "iocs", "ioc",
    "indicators", "updated", "update", "final", "coordinated", "inauthentic", "behavior", "behaviour", "meta", "the",
    "and", "of", "in", "a", "influence", "operation", "report", "adversarial", "threat", "copy", "file", "csv", "tsv",
})  # fmt: skip
_LONGEST_NAME: Final = 200


class Period(Struct, frozen=True):
    """When a disclosure was made, as finely as the name tells: `2024-Q1`, `Q1 2024`."""

    at: str
    precision: Precision
    words: str


class Network(Struct, frozen=True):
    """A network as its name tells it."""

    id: str
    name: str
    period: Period | None = None
    origins: tuple[Place, ...] = ()
    targets: tuple[Place, ...] = ()
    actors: tuple[str, ...] = ()


def period_in(text: str) -> Period | None:
    """Return the half year, quarter, month or day that a name tells."""
    for pattern in _PERIODS:
        if found := pattern.search(text):
            return _period({key: value for key, value in found.groupdict().items() if value})
    return None


def _period(parts: dict[str, str]) -> Period:
    year = parts["year"]
    if "half" in parts:
        return Period(f"{year}-H{parts['half']}", "half", f"H{parts['half']} {year}")
    if "until" in parts:
        # Meta's `Q2-3_2025` and `Q4-1_2026` are the half years H2 2025 and H1 2026: the last quarter decides.
        half = 1 if parts["until"] in "12" else 2
        return Period(f"{year}-H{half}", "half", f"H{half} {year}")
    if "quarter" in parts:
        return Period(f"{year}-Q{parts['quarter']}", "quarter", f"Q{parts['quarter']} {year}")
    if "day" in parts and parts["day"] != "00":
        day = f"{year}-{parts['month']}-{parts['day']}"
        return Period(day, "day", day)
    return Period(f"{year}-{parts['month']}", "month", f"{year}-{parts['month']}")


def network_of_name(name: str, folders: Iterable[str] = ()) -> Network:
    """Return the network that a file name, a slug or a title names; the folders may tell the period."""
    period = next((found for text in (name, *folders) if (found := period_in(text))), None)
    label = _without_periods(name).strip()
    told = origin_and_targets(label)
    number = _NUMBER.search(label.strip())
    rest = _rest(label[: number.start(1)] if number else label)
    return Network(
        id=_id(period, told.origins, told.targets, rest, number.group(1) if number else None),
        name=_name(period, told.origins, told.targets, rest, number.group(1) if number else None),
        period=period,
        origins=told.origins,
        targets=told.targets,
        actors=tuple(dict.fromkeys(actor.name for actor in actors_in(" ".join(rest)))),
    )


def _without_periods(name: str) -> str:
    for pattern in _PERIODS:
        name = pattern.sub(" ", name)
    return name


def _rest(label: str) -> list[str]:
    """Return the words that are neither places nor what every such name says."""
    words = [word for word in _SEPARATORS.split(label) if word]
    return [word for word in _without_places(words) if word.lower() not in _NOISE]


def _without_places(words: list[str]) -> Iterator[str]:
    position = 0
    while position < len(words):
        length = next((size for size in (4, 3, 2, 1) if _is_place(words[position : position + size], size)), 0)
        if not length:
            yield words[position]
        position += length or 1


def _is_place(words: list[str], size: int) -> bool:
    return len(words) == size and place(" ".join(words)) is not None


def _id(
    period: Period | None, origins: tuple[Place, ...], targets: tuple[Place, ...], rest: list[str], number: str | None
) -> str:
    where = [code_of(found).lower() for found in origins]
    if not where and targets:
        where = ["targeting", *(code_of(found).lower() for found in targets)]
    parts = ["meta", period.at.lower() if period else "", *where, *map(slug, rest), number or ""]
    return "-".join(part for part in parts if part)[:_LONGEST_NAME]


def _name(
    period: Period | None, origins: tuple[Place, ...], targets: tuple[Place, ...], rest: list[str], number: str | None
) -> str:
    named = " ".join(rest)
    kind = "IB cluster" if named.lower() == "ib cluster" else "CIB network"
    words = ["Meta", period.words if period else ""]
    if origins:
        words += [f"{_listed(origins)}-based", kind, number or ""]
    elif targets:
        words += [kind, number or "", "targeting", _listed(targets)]
    else:
        return " ".join(word for word in [*words, named or kind, number or ""] if word)[:_LONGEST_NAME]
    if named and kind == "CIB network":
        words.append(f"({named})")
    return " ".join(word for word in words if word)[:_LONGEST_NAME]


def _listed(found: tuple[Place, ...]) -> str:
    return " and ".join(place.name for place in found)


def code_of(found: Place) -> str:
    """Return the code a record uses for a place: Kosovo has none in ISO, but must not become a whole region."""
    return "XK" if found.name == "Kosovo" else found.code


def codes_of(found: Iterable[Place]) -> tuple[str, ...]:
    """Return the codes of places, each once, in order."""
    return tuple(dict.fromkeys(code_of(item) for item in found))
