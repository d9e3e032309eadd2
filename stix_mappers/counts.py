"""Counts, followers and money in sentences (platform-records.md 4.4)."""

from typing import Literal

import msgspec

Qualifier = Literal["about", "less than", "more than"]


class Count(msgspec.Struct, frozen=True):
    """A figure of a sentence; `key` is a key of the record's `counts`, `service` the one service named with it."""

    key: str
    value: int
    approx: bool = False
    qualifier: Qualifier | None = None
    service: str | None = None


class Spend(msgspec.Struct, frozen=True):
    """Money spent: `amount` is in `currency` (US dollars unless the amount names another), `paid_in` is ISO 4217."""

    amount: int | float
    currency: str = "USD"
    approx: bool = False
    qualifier: Qualifier | None = None
    paid_in: tuple[str, ...] = ()


def counts_in(sentence: str, hint: str | None = None) -> tuple[Count, ...]:
    """The counts of a sentence, in its order.

    `hint` is the key that the row is about (7.2.2: `page_followers`): it is given to a bare number, and to accounts
    that follow something unnamed.
    """
    raise NotImplementedError


def spend_in(sentence: str) -> Spend | None:
    """The spending of a sentence; "no ad spend" is zero, not missing."""
    raise NotImplementedError


def is_template(sentence: str) -> bool:
    """Is this a template left unfilled (`Around $xx in spending`)? A counted skip, not zero."""
    raise NotImplementedError
