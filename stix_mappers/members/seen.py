"""The newest keys of a file, so that what stands there twice is told once, in bounded memory."""

from typing import Final

_A_GENERATION: Final = 100_000


class Seen:
    """Remembers the newest keys of a file: those of this generation, and of the one before it.

    Whole generations are forgotten, for that is quick; a dictionary is slow to give out its oldest key.
    """

    def __init__(self) -> None:
        self._young: set[str] = set()
        self._old: set[str] = set()

    def is_new(self, key: str) -> bool:
        """Tell whether this was not seen lately, and remember it."""
        if key in self._young or key in self._old:
            return False
        self._young.add(key)
        if len(self._young) > _A_GENERATION:
            self._old, self._young = self._young, set()
        return True
