"""Languages in sentences: names to BCP 47 codes ("content in Arabic, English and Farsi")."""

import re
from functools import lru_cache
from typing import Final

import pycountry

_COMMON: Final = {
    "farsi": "fa", "mandarin": "zh", "cantonese": "yue", "dari": "prs", "filipino": "fil", "greek": "el",
    "khmer": "km", "kyrgyz": "ky", "punjabi": "pa", "pashto": "ps", "malay": "ms", "swahili": "sw", "nepali": "ne",
    "uyghur": "ug", "bangla": "bn", "bengali": "bn", "odia": "or", "kiswahili": "sw", "castilian": "es",
    "creole": "ht", "norwegian": "no", "berber": "ber", "sinhalese": "si", "taiwanese": "nan",
}  # fmt: skip
_LANGUAGE: Final = r"[A-Z][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?"
_AFTER_IN: Final = re.compile(
    rf"\b(?:in|including)\s+(?:both\s+)?(?:{_LANGUAGE})(?:(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*/\s*){_LANGUAGE})*"
)
_BEFORE: Final = re.compile(rf"\b({_LANGUAGE})[- ]language\b")
_NAME: Final = re.compile(_LANGUAGE)
_LONGEST: Final = 20_000


@lru_cache(maxsize=1024)
def language_code(name: str) -> str | None:
    """Return the BCP 47 code of a language's name or code; None if it is none."""
    key = name.strip().lower()
    if key in _COMMON:
        return _COMMON[key]
    primary = key.partition("-")[0]
    if len(primary) in (2, 3) and primary.isascii() and primary.isalpha():
        return name.strip() if _of_code(primary) else None
    found = pycountry.languages.get(name=key.title())
    return str(found.alpha_2) if found is not None and hasattr(found, "alpha_2") else None


def _of_code(code: str) -> bool:
    known = pycountry.languages.get(alpha_2=code) if len(code) == 2 else pycountry.languages.get(alpha_3=code)
    return known is not None


def languages_in(text: str) -> tuple[str, ...]:
    """Return the languages in which a text says that something was written, in its order, each once."""
    text = text[:_LONGEST]
    phrases = [*_AFTER_IN.finditer(text), *_BEFORE.finditer(text)]
    names = [name for phrase in sorted(phrases, key=re.Match.start) for name in _NAME.findall(phrase[0])]
    return tuple(dict.fromkeys(code for name in names if len(name) > 3 and (code := language_code(name))))
