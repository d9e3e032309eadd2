"""Files to map: layouts as the platforms publish them, filled from an invented seed, the same for every run."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

SEED = 20200812
_SYLLABLES = ("ba", "do", "fe", "gu", "ka", "li", "mo", "na", "pe", "ri", "so", "tu", "va", "zi")
_PLACES = ("", "", "", "Metropolis", "Springfield, USA", "Ciudad Inventada", "架空の町", "مدينة")
_BIOS = (
    "", "", "Writer. Opinions are mine.", 'They call me "the editor"', "Mother of two,\nfriend of many", "не бот",
    "I post what others will not | news, sport, weather", "Retweets are not endorsements 🌍",
)  # fmt: skip
_LANGUAGES = ("en", "es", "zh-cn", "ar", "ru", "en-gb", "fr", "tr")
_COUNTRIES = ("France", "Germany", "Israel", "Poland", "Ukraine", "United States")

USER_COLUMNS = (
    "userid", "user_display_name", "user_screen_name", "user_reported_location", "user_profile_description",
    "user_profile_url", "follower_count", "following_count", "account_creation_date", "account_language",
)  # fmt: skip
KILL_CHAIN_COLUMNS = ("Tactic", "Technique", "Procedure", "Indicator", "Comments")

Row = tuple[str, ...]


def users(path: Path, rows: int, *, plain: float) -> Path:
    """Write a user archive of Twitter; `plain` is the share of accounts that are named, the others are hashed."""
    return _write(path, USER_COLUMNS, _users(rows, plain), csv.QUOTE_ALL)


def domains(path: Path, rows: int) -> Path:
    """Write a Kill Chain file of Facebook whose rows all name a domain."""
    return _write(path, KILL_CHAIN_COLUMNS, _domains(rows), csv.QUOTE_MINIMAL)


def _write(path: Path, header: Row, rows: Iterator[Row], quoting: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=quoting)  # type: ignore[arg-type] # the stubs want their own constants
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _users(rows: int, plain: float) -> Iterator[Row]:
    random = Random(SEED)
    for number in range(rows):
        named = random.random() < plain
        key = str(10**17 + number * 1013) if named else _hashed(number)
        login = f"{_word(random, 2)}_{number}" if named else key
        yield (
            key,
            login.title() if named else key,
            login,
            random.choice(_PLACES),
            random.choice(_BIOS),
            f"https://t.co/{_word(random, 5)}" if number % 7 == 0 else "",
            str(random.randrange(5000)),
            str(random.randrange(2000)),
            f"20{random.randrange(8, 20):02}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}",
            random.choice(_LANGUAGES),
        )


def _hashed(number: int) -> str:
    """Return a pseudonym as the archive has them: base64 of a SHA-256 without its slashes."""
    return base64.b64encode(hashlib.sha256(f"{SEED}:{number}".encode()).digest()).decode().replace("/", "")


def _domains(rows: int) -> Iterator[Row]:
    random = Random(SEED)
    for number in range(rows):
        yield (
            "0. Acquiring assets",
            "0.6 Acquiring domains",
            "0.6.2 Acquiring domains to support influence operations",
            f"{_word(random, 3)}-{number}[.]example",
            f"Country likely targeted: {random.choice(_COUNTRIES)}" if number % 3 else "",
        )


def _word(random: Random, syllables: int) -> str:
    return "".join(random.choices(_SYLLABLES, k=syllables))
