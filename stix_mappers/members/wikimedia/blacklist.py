"""The spam blacklist: lines of regular expressions, of which those that name sites become domains (section 13).

A line counts where it is one literal host between `\\b`, `(?:^|\\.)` or the like; groups of alternatives, sets of
characters and optional characters that expand to at most eight hosts are expanded. All other lines are counted.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.wikimedia.making import MEMBER, source_of
from stix_mappers.members.wikimedia.wikis import GLOBAL, service_of
from stix_mappers.reading import Reading
from stix_mappers.record import DomainSubject, Record
from stix_mappers.record_rules import first_day
from stix_mappers.services import is_platform_host
from stix_mappers.urls import host_name

_MOST_HOSTS: Final = 8
_LONGEST_LINE: Final = 500
_START: Final = re.compile(
    r"\\b|\((?:\?:)?\^\|(?:\\\.|\\b)\)|\((?:\?:)?(?:\\\.|\\b)\|\^\)|\(\?<(?:=//\|\\\.|!\[[^\]]{1,12}\])\)|\^|//"
)
_END: Final = re.compile(r"(?:\\b|\$|\((?:\?:)?\$\|/\)|\((?:\?:)?/\|\$\)|\\?/)$")
_PART: Final = re.compile(
    r"(?P<one>[A-Za-z0-9-]|\\[.-])(?P<maybe>\??)"
    r"|\[(?P<set>[A-Za-z0-9-]{1,40})\]"
    r"|\((?:\?:)?(?P<group>(?:[A-Za-z0-9|-]|\\[.-]){1,300})\)(?P<whole>\??)"
)
_FRAGMENT: Final = re.compile(r"^\s*(?:\\b|\(\?:\^\||\(\^\|)?[^\s#]*\\\.[^\s#]*", re.MULTILINE)
_DAY: Final = re.compile(r"(?<!\d)(20[0-3]\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)")
_YEAR: Final = re.compile(r"(?<!\d)(20[0-3]\d)(?!\d)")
_POLICY: Final = "spam blacklist"


def is_blacklist(sample: str) -> bool:
    """Tell whether the lines that are no comment are fragments of regular expressions for hosts."""
    lines = [text for line in sample.splitlines()[:2_000] if (text := line.partition("#")[0].strip())]
    fragments = sum(_FRAGMENT.match(line) is not None for line in lines)
    spoken = sum(" " in line or "," in line or "\t" in line for line in lines)
    return fragments > 0 and 2 * fragments >= len(lines) and 10 * spoken <= len(lines)


def records(desk: Desk, reading: Reading, wiki: str) -> Iterator[Record]:
    """Yield a record for each site; blank lines and comments are no skips."""
    default = _last_time(reading.sample)
    seen: set[str] = set()
    for number, line in reading.lines():
        fragment, _, comment = line.partition("#")
        if not fragment.strip():
            continue
        hosts = hosts_of(fragment.strip())
        if not hosts:
            desk.skip(number, "out-of-scope", fragment.strip(), "no literal host, or more than eight")
        for host in hosts:
            if host in seen or is_platform_host(host):
                reason = "duplicate" if host in seen else "out-of-scope"
                desk.skip(number, "duplicate" if reason == "duplicate" else "out-of-scope", host)
                continue
            seen.add(host)
            yield _record(desk, host, number, _time_of(comment) or default, wiki or GLOBAL)


def hosts_of(fragment: str) -> list[str]:
    """Return the hosts that a fragment stands for; none where it is open or stands for more than eight."""
    start = _START.match(fragment)
    end = _END.search(fragment)
    if start is None or end is None or len(fragment) > _LONGEST_LINE:
        return []
    texts = _expanded(fragment[start.end() : end.start()])
    hosts = [host_name(text) for text in texts]
    named = [host for host in hosts if host is not None and "." in host]
    return sorted(set(named)) if len(named) == len(texts) else []


def _expanded(pattern: str) -> list[str]:
    parts: list[list[str]] = []
    count, at = 1, 0
    while at < len(pattern):
        found = _PART.match(pattern, at)
        choices = _choices(found) if found else []
        count *= len(choices)
        if found is None or not 0 < count <= _MOST_HOSTS:
            return []
        parts.append(choices)
        at = found.end()
    return ["".join(chosen).lower() for chosen in product(*parts)] if parts else []


def _choices(found: re.Match[str]) -> list[str]:
    if found["set"]:
        return _characters(found["set"])
    if found["group"]:
        chosen = [text.replace("\\", "") for text in found["group"].split("|")]
        return [*chosen, ""] if found["whole"] else chosen
    one = found["one"].removeprefix("\\")
    return [one, ""] if found["maybe"] else [one]


def _characters(written: str) -> list[str]:
    """Return the characters of a set such as `0-4` or `abc`."""
    found: list[str] = []
    at = 0
    while at < len(written):
        if written[at + 1 : at + 2] == "-" and at + 2 < len(written):
            found.extend(map(chr, range(ord(written[at]), ord(written[at + 2]) + 1)))
            at += 3
        else:
            found.append(written[at])
            at += 1
    return list(dict.fromkeys(found))


def _record(desk: Desk, host: str, line: int, at: str, wiki: str) -> Record:
    return Record(
        record_id=":".join((MEMBER, wiki, "domain", host)),
        member=MEMBER,
        service=service_of(wiki),
        kind="domain",
        subject=DomainSubject(domain=host),
        action="blocked",
        action_at=at,
        action_at_precision="day" if len(at) == 10 else "half",
        policy=_POLICY,
        tlp=desk.tlp or "clear",
        source=source_of(desk, line),
    )


def _time_of(comment: str) -> str | None:
    found = _DAY.search(comment)
    return found[1] if found and first_day(found[1]) else None


def _last_time(sample: str) -> str:
    """Return the last time a list speaks of: it has no date of its own, and must not be lost for that."""
    days = [str(day) for day in _DAY.findall(sample)]
    if days:
        return max(days)
    return f"{max(_YEAR.findall(sample), default='2020')}-H2"
