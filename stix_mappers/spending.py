"""Money in sentences: how much was spent, and what it was paid with (platform-records.md 4.4)."""

import re

import msgspec

from stix_mappers.currencies import SYMBOLS, Currency, find_currencies, names_money
from stix_mappers.quantities import Qualifier, Quantity, Token, qualifier_after, qualifier_before, quantity_at, tokens


class Spend(msgspec.Struct, frozen=True):
    """Money spent: `amount` is in `currency` (US dollars unless the amount names another), `paid_in` is ISO 4217."""

    amount: int | float
    currency: str = "USD"
    approx: bool = False
    qualifier: Qualifier | None = None
    paid_in: tuple[str, ...] = ()


_LONGEST = 20_000
_TEMPLATE = re.compile(
    r"[$€£] ?(?:x{1,8}|_{1,8}|\[)(?![^\W_])"
    r"|(?:^|\b(?:about|around|nearly|roughly|over|almost|in|of|than|approximately|with|and)\s{1,3})x{2,8}(?![\w.:/\-])"
    r"|(?<![\w/.])x{1,3},x{3}(?!\w)"
    r"|\[ ?(?:x{1,8}|n|number|amount|insert|currency|tbd|date|country)\b|<(?:number|amount|currency|n)>"
    r"|(?:^|\s)(?:#{2,8}|_{2,8})(?=\s)",
    re.IGNORECASE,
)
_SPENDING = re.compile(r"\b(?:spend(?:s|ing)?|spent|ad ?spend|paid|ads|advertis\w{1,10})\b", re.IGNORECASE)
_NO_SPENDING = re.compile(
    r"\b(?:no|zero|without(?: any)?|not any)\s(?:known\s|reported\s|identified\s|associated\s|paid\s)?"
    r"(?:ad(?:s|vertising|vertisement)?\s|money\s(?:was\s)?|amount\s)?(?:spend(?:ing)?|spent)\b"
    r"|\bno\s(?:paid\s)?(?:ads|advertisements|advertising)\b"
    r"|\b(?:did not|didn['’]t|has not|have not)\s(?:spend|spent|purchase|buy|run)\s(?:any\s)?"
    r"(?:money|ads?|anything|advertis)",
    re.IGNORECASE,
)
_SPENT = re.compile(
    r"\s{1,3}(?:(?:in|on|of)\s(?:ads?\s|advertising\s)?(?:spend(?:ing)?|ads|advertising)"
    r"|(?:ads?\s|advertising\s|was\s|were\s)?spen(?:d|t|ding))\b",
    re.IGNORECASE,
)


def is_template(sentence: str) -> bool:
    """Is this a template left unfilled (`Around $xx in spending`)? A counted skip, not zero."""
    return _TEMPLATE.search(sentence, 0, _LONGEST) is not None


def spend_in(sentence: str) -> Spend | None:
    """The spending of a sentence; "no ad spend" is zero, not missing."""
    sentence = sentence[:_LONGEST]
    if is_template(sentence):
        return None
    if not _SPENDING.search(sentence) and not names_money(sentence):
        return None
    found = tokens(sentence, _LONGEST)
    currencies = find_currencies(sentence)
    amount = _amount(sentence, found, currencies)
    if amount is None:
        return Spend(0) if _NO_SPENDING.search(sentence) else None
    position, quantity, currency, end = amount
    qualifier = qualifier_before(found, position) or qualifier_after(found, quantity.after)[0]
    value = int(quantity.value) if quantity.value.is_integer() else round(quantity.value, 2)
    paid_in = tuple(dict.fromkeys(one.code for one in currencies if one.start >= end))
    return Spend(value, currency, qualifier is not None, qualifier, paid_in)


def _amount(sentence: str, found: list[Token], currencies: list[Currency]) -> tuple[int, Quantity, str, int] | None:
    """Where the amount stands, its currency, and the character where it ends.

    A number with a currency wins; without any, the first number of a sentence about spending is dollars.
    """
    spoken_of = _SPENDING.search(sentence) is not None
    first: tuple[int, Quantity, str, int] | None = None
    for position in range(len(found)):
        quantity = quantity_at(found, position) if found[position].kind in ("number", "word") else None
        if quantity is None or found[position].text in ("a", "an", "no", "none"):
            continue
        end = found[quantity.after - 1].end
        before = _currency_before(found, position, currencies)
        if before:
            return position, quantity, before, end
        after = _currency_after(sentence, end, currencies)
        if after:
            return position, quantity, after.code, after.end
        if spoken_of and first is None and _is_spent(sentence, end):
            first = position, quantity, "USD", end
    return first


def _is_spent(sentence: str, end: int) -> bool:
    """Does "in spending", "spent", "in ads" follow the number directly?"""
    return _SPENT.match(sentence, end) is not None


def _currency_before(found: list[Token], position: int, currencies: list[Currency]) -> str | None:
    """`$`, `US$`, `USD` before a number."""
    if position == 0:
        return None
    token = found[position - 1]
    if token.text in SYMBOLS:
        return SYMBOLS[token.text]
    return next((one.code for one in currencies if one.start == token.start and one.end == token.end), None)


def _currency_after(sentence: str, end: int, currencies: list[Currency]) -> Currency | None:
    """A currency directly after a number: `20 USD`, `500 euros`, `300 Turkish lira`, `20€`."""
    for one in currencies:
        if one.start >= end:
            return one if not sentence[end : one.start].strip() else None
    rest = sentence[end : end + 2].strip()[:1]
    return Currency(end, end + 1, SYMBOLS[rest]) if rest in SYMBOLS else None
