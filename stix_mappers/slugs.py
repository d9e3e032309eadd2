"""One spelling of a name for ids (platform-records.md 3.1)."""

import re
import unicodedata
from functools import lru_cache

_OTHER = re.compile(r"[\W_]+")


@lru_cache(maxsize=8192)
def slug(text: str) -> str:
    """`Türkiye – Iran` becomes `turkiye-iran`: NFKD without marks, lower-case, what is no letter or digit to `-`."""
    decomposed = unicodedata.normalize("NFKD", text).lower()
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _OTHER.sub("-", letters).strip("-")
