"""How sure a wording is (platform-records.md 4.6)."""

import re

_LONGEST = 20_000
# The weakest word decides: "we believe it is linked to" is a belief.
_NONE = re.compile(r"\b(?:unattributed|no attribution|not (?:been )?(?:attributed|linked|tied))\b", re.IGNORECASE)
_WORDINGS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        40,
        re.compile(
            r"\b(?:suspect(?:s|ed|edly)?|suspicion|(?:is |are |was |were )?consistent with|possibl[ey]|perhaps|maybe"
            r"|may (?:be|have)|might|could be|potentially|similar to|suggest(?:s|ed|ing)?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        60,
        re.compile(
            r"\b(?:believ(?:e|es|ed|ing)|assess(?:es|ed|ment)?|likely|probabl[ey]|appear(?:s|ed)? to|apparently"
            r"|associated with|moderate confidence)\b",
            re.IGNORECASE,
        ),
    ),
    (
        90,
        re.compile(
            r"\b(?:indict(?:ed|ments?)?|court (?:finding|found|ruled)|convicted|confirm(?:s|ed)?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        75,
        re.compile(
            r"\b(?:link(?:s|ed)|attribut(?:e|es|ed|able|ion)|operated|run by|controlled by|tied to|ties to|stated"
            r"|originat(?:e|es|ed|ing)|conducted by|behind|employees of|on behalf of|connected to)\b",
            re.IGNORECASE,
        ),
    ),
)


def confidence_in(wording: str) -> int | None:
    """How sure a wording is (4.6): 90, 75, 60, 40; None where no attribution is stated. The weakest word decides.

    A court or a confirmation outweighs "linked to"; doubt outweighs both.
    """
    if _NONE.search(wording, 0, _LONGEST):
        return None
    return next((value for value, words in _WORDINGS if words.search(wording, 0, _LONGEST)), None)
