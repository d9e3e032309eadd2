"""What a file says in words, by procedure: techniques with descriptions, or one note where it lists things.

Bounded: what grows too long for one note is given out in parts.
"""

from typing import Final

from stix_mappers.record import Remark, Technique
from stix_mappers.techniques import procedure

_MOST_LINES: Final = 10
"""More lines than this under one procedure are a list (hashtags, headlines), not a description."""

_MOST_TEXT: Final = 64_000
_MOST_PROCEDURES: Final = 2_000


class Prose:
    """The procedures of a file and what is said of each."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[str, None]] = {}
        self._sizes: dict[str, int] = {}
        self._parts: dict[str, int] = {}
        self._wordings: dict[str, str] = {}

    def use(self, number: str, wording: str) -> None:
        """Hear that a procedure was used."""
        if len(self._lines) < _MOST_PROCEDURES:
            self._lines.setdefault(number, {})
            self._wordings.setdefault(number, wording)

    def say(self, number: str, text: str) -> None:
        """Hear what is said of a procedure."""
        lines = self._lines.setdefault(number, {})
        if text not in lines:
            lines[text] = None
            self._sizes[number] = self._sizes.get(number, 0) + len(text)

    def overflowing(self) -> list[Remark]:
        """Return as notes what has grown too long to be kept."""
        full = [number for number, size in self._sizes.items() if size > _MOST_TEXT]
        return [self._listing(number) for number in full]

    def listings(self) -> list[Remark]:
        """Return as one note each the procedures that list things."""
        return [
            self._listing(number)
            for number, lines in list(self._lines.items())
            if len(lines) > _MOST_LINES or (lines and (number in self._parts or _are_hashtags(lines)))
        ]

    def techniques(self) -> tuple[Technique, ...]:
        """Return the procedures with what is said of each."""
        return tuple(
            Technique(scheme="meta-killchain", id=number, note=note)
            for number, lines in sorted(self._lines.items())
            for note in self._notes(number, list(lines))
        )

    def _notes(self, number: str, lines: list[str]) -> list[str | None]:
        if procedure(number) is not None:
            return [*lines] or [None]
        # A procedure nobody knows yet is named by its own words, so that they are not lost.
        return [f"{self._wordings.get(number, number)}: {line}" for line in lines] or [self._wordings.get(number)]

    def _listing(self, number: str) -> Remark:
        lines = self._lines[number]
        self._lines[number] = {}
        self._sizes[number] = 0
        part = self._parts[number] = self._parts.get(number, 0) + 1
        topic = f"listed:{number}" if part == 1 else f"listed:{number}:{part}"
        kind = "hashtags" if _are_hashtags(lines) else "listed"
        return Remark(topic=topic, text="\n".join(lines), abstract=f"{kind}: {self._wordings.get(number, number)}")


def _are_hashtags(lines: dict[str, None]) -> bool:
    return all(line.startswith("#") and " " not in line for line in lines)
