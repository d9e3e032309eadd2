"""Links of pins: something to look for only if their domain is itself blocked (platform-records.md, section 10)."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import structs

from stix_mappers.record import DomainSubject, Record, UrlSubject
from stix_mappers.services import is_platform_host
from stix_mappers.urls import split_url

_MOST: Final = 100_000


class BlockedLinks:
    """The links and blocked domains of a file so far, in bounded memory, whichever of the two comes first."""

    def __init__(self) -> None:
        self._blocked: dict[str, Record] = {}
        self._links: dict[str, dict[str, Record]] = {}
        self._kept = 0

    def after(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield the records, and behind each what it makes worth looking for."""
        for record in records:
            yield record
            if record.retracts is None and isinstance(record.subject, DomainSubject):
                yield from self._domain(record, record.subject.domain)
            for link in record.x_links:
                yield from self._link(record, link)

    def _domain(self, record: Record, domain: str) -> Iterator[Record]:
        if record.action != "blocked" or is_platform_host(domain) or len(self._blocked) > _MOST:
            return
        self._blocked[domain] = record
        for link, pin in self._links.pop(domain, {}).items():
            yield _linked(pin, record, link)

    def _link(self, pin: Record, link: str) -> Iterator[Record]:
        parts = split_url(link)
        host = parts.host if parts else ""
        blocked = self._blocked.get(host)
        if blocked is not None:
            yield _linked(pin, blocked, link)
        elif self._kept < _MOST:
            self._kept += 1
            self._links.setdefault(host, {}).setdefault(link, pin)


def _linked(pin: Record, domain: Record, link: str) -> Record:
    """Return the record of a link whose domain is blocked: blocked with it, in the network of the pin."""
    return structs.replace(
        domain,
        record_id=f"{domain.member}:url:{link}"[:300],
        kind="url",
        subject=UrlSubject(url=link),
        network=pin.network,
        source=pin.source,
        x_profile={},
        x_links=(),
    )
