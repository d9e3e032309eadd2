"""What could not be mapped: never guessed, never dropped silently (platform-records.md, section 4.7)."""

from collections.abc import Callable
from typing import Final, Literal

from msgspec import Struct

Reason = Literal[
    "blank",
    "template",
    "unusable-value",
    "unknown-type",
    "duplicate",
    "out-of-scope",
    "hidden",
    "incomplete",
    "retracts-unknown",
    "invalid-record",
    "empty",
    "binary",
    "unknown-layout",
    "broken",
]

UNUSABLE: Final[frozenset[Reason]] = frozenset(
    {"unusable-value", "retracts-unknown", "invalid-record", "empty", "binary", "unknown-layout", "broken"}
)
"""Reasons that mean that something was refused; the others are what a well-formed file holds beside its records."""

_LONGEST: Final = 2_000


class Skip(Struct, frozen=True):
    """One row, cell or file that gave no record."""

    file: str
    line: int
    reason: Reason
    value: str
    detail: str = ""

    @property
    def refused(self) -> bool:
        """Tell whether the input was unusable here, rather than outside of what is mapped."""
        return self.reason in UNUSABLE


OnSkip = Callable[[Skip], None]


class Unreadable(Exception):
    """A file, or the rest of it, that cannot be read."""

    def __init__(self, reason: Reason, detail: str, line: int = 0) -> None:
        self.reason: Reason = reason
        self.detail = detail
        self.line = line
        super().__init__(detail)


def shortened(value: str) -> str:
    """Return the written value, cut where it would flood a log."""
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
