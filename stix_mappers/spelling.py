"""Words with a slip of the pen: one letter doubled, dropped, added, swapped or wrong ("acounts")."""

import re
from collections.abc import Mapping

_SHORTEST = 5
_DOUBLED = re.compile(r"(.)\1+")


def misspelt(word: str, known: Mapping[str, str]) -> str | None:
    """The meaning of the first known word, singular or plural, that is a slip away; the first letter must be right."""
    for name, meaning in known.items():
        for spelling in (name, name + "s"):
            if len(spelling) >= _SHORTEST and is_slip(word, spelling):
                return meaning
    return None


def is_slip(word: str, spelling: str) -> bool:
    """Is the word this spelling but for one slip? A wrong letter is forgiven only in longer words than `pages`."""
    if word[:1] != spelling[0] or abs(len(word) - len(spelling)) > 2 or len(word) < _SHORTEST - 1:
        return False
    word, spelling = _DOUBLED.sub(r"\1", word), _DOUBLED.sub(r"\1", spelling)
    start = _agreement(word, spelling)
    left, right = word[start:], spelling[start:]
    if left[1:] == right or left == right[1:]:
        return len(spelling) > _SHORTEST or start > 1
    swapped = len(left) > 1 and left[:2] == right[1::-1] and left[2:] == right[2:]
    return left == right or swapped or (len(spelling) > _SHORTEST + 1 and left[1:] == right[1:])


def _agreement(word: str, spelling: str) -> int:
    """How many letters two words have in common from the beginning."""
    shorter = min(len(word), len(spelling))
    return next((at for at in range(shorter) if word[at] != spelling[at]), shorter)
