"""What a file tells of its network beside the assets: figures, money, names, places."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import structs

from stix_mappers.counts import Count as Figure
from stix_mappers.counts import Spend as Money
from stix_mappers.record import Count, Network, Spend

_LONGEST_NAME: Final = 6
_WORD: Final = re.compile(r"\w+")
_MOST: Final = 1_000


class Telling:
    """The facts of one network, heard row by row."""

    def __init__(self) -> None:
        self.origins: dict[str, None] = {}
        self.targets: dict[str, None] = {}
        self.aliases: dict[str, None] = {}
        self.organizations: dict[str, None] = {}
        self.spend: dict[str, Spend] = {}
        self._counts: dict[str, dict[str, Count]] = {}

    def hear_counts(self, figures: Iterable[Figure], service: str, sentence: str) -> bool:
        """Hear the figures of a sentence; one that stands under two services is one figure (section 4.4)."""
        figures = tuple(figures)
        combined = "facebook" in sentence.lower() and "instagram" in sentence.lower()
        for figure in figures:
            where = "facebook" if combined else figure.service or service
            count = Count(value=figure.value, approx=figure.approx, qualifier=figure.qualifier, service=where)
            self._counts.setdefault(where, {})[figure.key] = count
        return bool(figures)

    def hear_each_count(self, figures: Iterable[Figure], service: str) -> None:
        """Hear the figures of a sentence that names the service of each."""
        for figure in figures:
            where = figure.service or service
            count = Count(value=figure.value, approx=figure.approx, qualifier=figure.qualifier, service=where)
            self._counts.setdefault(where, {}).setdefault(figure.key, count)

    def hear_spend(self, money: Money | None) -> bool:
        """Hear of money."""
        if money is None:
            return False
        if len(self.spend) < _MOST:
            self.spend[repr(money)] = spend_of(money)
        return True

    @property
    def counts(self) -> dict[str, dict[str, Count]]:
        """The figures by service."""
        return self._counts

    def completed(self, network: Network) -> Network:
        """Return the network with the names that were heard."""
        return structs.replace(
            network,
            aliases=tuple(alias for alias in self.aliases if alias != network.name)[:_MOST],
            x_organizations=tuple(self.organizations)[:_MOST],
        )


def spend_of(money: Money) -> Spend:
    """Return money as a record tells it."""
    return Spend(amount=money.amount, currency=money.currency, approx=money.approx, paid_in=money.paid_in)


def looks_like_a_name(text: str) -> bool:
    """Tell whether a cell is the name of a brand rather than a sentence about it."""
    words = _WORD.findall(text)
    if not words or len(words) > _LONGEST_NAME or text.rstrip().endswith((".", ":", "!")):
        return False
    long = [word for word in words if len(word) > 3]
    return len(text.split()) == 1 or all(not word[0].islower() for word in long or words)
