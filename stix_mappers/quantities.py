"""Numbers as people write them in sentences: figures, words, multipliers, and what qualifies them (4.4).

`tokens` cuts a sentence, `quantity_at` reads a number that begins at a token, `qualifier_before` and
`qualifier_after` tell how exact it is.
"""

import re
from functools import lru_cache
from typing import Literal

import msgspec

from stix_mappers.spelling import misspelt

Qualifier = Literal["about", "less than", "more than"]
TokenKind = Literal["number", "word", "sign", "stop"]


class Token(msgspec.Struct, frozen=True):
    """A word (`text` in lower case), a number, a sign such as `$`, or a stop, from character `start` to `end`."""

    kind: TokenKind
    text: str
    written: str
    start: int
    end: int


class Quantity(msgspec.Struct, frozen=True):
    """A number that reaches up to the token `after`; `figure` where digits were written, not a word like "one"."""

    value: float
    after: int
    figure: bool = True


_TOKEN = re.compile(
    r"(?P<number>\d(?:[\d,.'’\u00a0\u202f\u2009]{0,30}\d)?(?:\s?(?:k|mn|mln|mio|bn|m|b)(?![^\W_])|(?![^\W_])))"
    r"|(?P<word>[^\W_](?:[\w'’]*[^\W_])?(?:-[^\W_]+)*)"
    r"|(?P<sign>[$€£¥₹₽₴₺₪₫₩฿₦₱₸₾₼৳+%~≈<>≤≥])"
    r"|(?P<stop>[.,;:()!?\n/–—-])",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"[a-z]+$", re.IGNORECASE)
_MARK = re.compile(r"\D")
_MULTIPLIERS = {
    **dict.fromkeys(("k", "thousand", "thousands"), 1_000),
    "hundred": 100,
    **dict.fromkeys(("m", "mn", "mln", "mio", "million", "millions"), 1_000_000),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1_000_000_000),
    "dozen": 12,
}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: number for number, word in enumerate(_UNITS.split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), start=2)
}
_NONE = frozenset({"no", "none", "nil"})
_ABOUT = frozenset({"about", "around", "roughly", "approximately", "approx", "circa", "ca", "some", "nearly", "almost",
                    "estimated", "perhaps", "close", "~", "≈"})  # fmt: skip
_MORE = frozenset({"over", "above", "exceeding", "surpassing", ">", "≥", "+", "minimum"})
_LESS = frozenset({"under", "below", "<", "≤", "maximum", "nearing"})
_PHRASES: dict[Qualifier, tuple[str, ...]] = {
    "about": ("close to", "close on", "region of", "order of"),
    "less than": (
        "less than", "fewer than", "lower than", "smaller than", "no more than", "not more than", "up to", "at most",
        "as many as", "just under",
    ),
    "more than": (
        "more than", "greater than", "higher than", "larger than", "no fewer than", "no less than", "not less than",
        "at least", "upwards of", "upward of", "in excess of", "just over", "little over",
    ),
}  # fmt: skip
_BETWEEN = frozenset({"$", "€", "£", "an", "a", "the", "total", ".", "us", "usd", "eur", "gbp"})
_TO = frozenset({"-", "–", "—", "to", "and"})
_BY_PHRASE: dict[str, Qualifier] = {phrase: q for q, phrases in _PHRASES.items() for phrase in phrases}
_BY_WORD: dict[str, Qualifier] = {
    **dict.fromkeys(_ABOUT, "about"), **dict.fromkeys(_MORE, "more than"), **dict.fromkeys(_LESS, "less than"),
}  # fmt: skip
_LONG_WORDS = dict.fromkeys(("about", "around", "roughly", "approximately", "nearly", "almost"), "about")
_AFTER: dict[tuple[str, ...], Qualifier] = {
    ("+",): "more than", ("plus",): "more than", ("or", "more"): "more than", ("or", "so"): "about",
    ("or", "fewer"): "less than", ("or", "less"): "less than",
}  # fmt: skip


def tokens(sentence: str, limit: int) -> list[Token]:
    """The tokens of the first `limit` characters."""
    found: list[Token] = []
    for match in _TOKEN.finditer(sentence, 0, limit):
        kind: TokenKind = match.lastgroup  # type: ignore[assignment]  # the groups are the kinds
        found.append(Token(kind, match[0].lower(), match[0], match.start(), match.end()))
    return found


def quantity_at(found: list[Token], position: int) -> Quantity | None:
    """The number that begins here: `1.2 million`, `7,704`, `20K`, `twenty-five`, `a dozen`, `no`; None if none does."""
    token = found[position]
    if token.kind == "number":
        return _figure(found, position)
    if token.kind != "word":
        return None
    if token.text in _NONE:
        return Quantity(0, position + 1, figure=False)
    return _in_words(found, position)


def _figure(found: list[Token], position: int) -> Quantity | None:
    text, after = _with_groups(found, position)
    suffix = _SUFFIX.search(text)
    digits = text[: suffix.start()].strip() if suffix else text
    factor = _MULTIPLIERS[suffix[0]] if suffix else 1
    following, after = _multiplier(found, after)
    if after < len(found) and found[after].text == "%":
        return None
    value = _number(digits, scaled=factor * following > 1)
    return None if value is None else Quantity(value * factor * following, after)


def _with_groups(found: list[Token], position: int) -> tuple[str, int]:
    """A figure whose thousands stand apart ("15 000") as one, and where it ends."""
    text, after = found[position].text, position + 1
    while 0 < len(text) <= 12 and text.isdigit() and len(found[position].text) <= 3 and _is_group(found, after):
        text, after = text + found[after].text, after + 1
    return text, after


def _is_group(found: list[Token], place: int) -> bool:
    """Does a blank and three digits stand here?"""
    if place >= len(found) or found[place].kind != "number" or found[place].start != found[place - 1].end + 1:
        return False
    return len(found[place].text) == 3 and found[place].text.isdigit()


def _number(digits: str, *, scaled: bool) -> float | None:
    """`1,234.5`, `1.234.567`, `1,9`; three digits after one point are thousands, unless a multiplier follows."""
    groups = _MARK.split(digits)
    marks = _MARK.findall(digits)
    if not marks:
        return float(digits)
    one_point = marks == ["."] and (scaled or groups[0] == "0")
    whole, fraction = groups, "0"
    if len(groups[-1]) != 3 or marks[-1] != marks[0] or one_point:
        whole, fraction = groups[:-1], groups[-1]
    if any(len(group) != 3 for group in whole[1:]) or not fraction:
        return None
    return float("".join(whole) + "." + fraction)


def _multiplier(found: list[Token], position: int) -> tuple[int, int]:
    """The product of the multiplier words from here, and where they end: "hundred thousand"."""
    factor = 1
    for token in found[position : position + 3]:
        if token.kind != "word" or token.text not in _MULTIPLIERS:
            break
        factor *= _MULTIPLIERS[token.text]
        position += 1
    return factor, position


def _in_words(found: list[Token], position: int) -> Quantity | None:
    """`twenty-five`, `three hundred`, `a dozen`, `half a million`, `a single`."""
    text = found[position].text
    if text == "half" and position + 2 < len(found) and found[position + 1].text == "a":
        factor, after = _multiplier(found, position + 2)
        return Quantity(factor / 2, after, figure=False) if factor > 1 else None
    if text in ("a", "an"):
        if position + 1 < len(found) and found[position + 1].text == "single":
            return Quantity(1, position + 2, figure=False)
        factor, after = _multiplier(found, position + 1)
        return Quantity(factor, after, figure=False) if factor > 1 else None
    value = _word_value(text)
    if value is None:
        return None
    factor, after = _multiplier(found, position + 1)
    rest = after + 1 if after < len(found) and found[after].text == "and" else after
    more = _word_value(found[rest].text) if factor == 100 and rest < len(found) else None
    return Quantity(value * factor + (more or 0), rest + 1 if more else after, figure=False)


def _word_value(text: str) -> int | None:
    """The number of a word: `seven`, `twenty-five`."""
    if text in _WORDS:
        return _WORDS[text]
    tens, _, units = text.partition("-")
    if _WORDS.get(tens, 0) >= 20 and 0 < _WORDS.get(units, 0) < 10:
        return _WORDS[tens] + _WORDS[units]
    return None


def qualifier_before(found: list[Token], position: int) -> Qualifier | None:
    """What the tokens directly before a number (and its currency sign) say of it."""
    while position > 0 and found[position - 1].text in _BETWEEN:
        position -= 1
    if position > 1 and found[position - 1].text in _TO and found[position - 2].kind == "number":
        return "about"  # the upper end of a range
    texts = [token.text for token in found[max(0, position - 3) : position]]
    for start in range(len(texts) - 1):
        if (phrase := " ".join(texts[start:])) in _BY_PHRASE:
            return _BY_PHRASE[phrase]
    return _of_word(texts[-1]) if texts else None


@lru_cache(maxsize=4096)
def _of_word(word: str) -> Qualifier | None:
    """What one word says, a slip of the pen forgiven."""
    return _BY_WORD.get(word) or ("about" if misspelt(word, _LONG_WORDS) else None)


def qualifier_after(found: list[Token], position: int) -> tuple[Qualifier | None, int]:
    """What stands after a number ("1,000+", "100 or more"), and where it ends."""
    for length in (2, 1):
        texts = tuple(token.text for token in found[position : position + length])
        if texts in _AFTER:
            return _AFTER[texts], position + length
    return None, position
