"""The mappers of the members: rows to coalition records, and no STIX.

Each member's module or package has one function, `records`, of the type `Mapping`.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from stix_mappers.record import Record, Tlp
from stix_mappers.skips import OnSkip, Reason, Skip, shortened
from stix_mappers.sources import Source


class Desk(Struct, frozen=True):
    """What a mapper works with besides the file: the level asked for, where skips go, and if advertisers are wanted."""

    source: Source
    tlp: Tlp | None
    on_skip: OnSkip
    advertisers: bool = False

    def skip(self, line: int, reason: Reason, value: str, detail: str = "") -> None:
        """Report what gave no record."""
        self.on_skip(Skip(self.source.name, line, reason, shortened(value), detail))


Mapping = Callable[[Desk], Iterator[Record]]
