"""The newest keys of a file, so that what stands there twice is told once, in bounded memory."""

from typing import Final

_LIMIT: Final = 200_000


class Seen:
    """Remembers the newest keys of a file; the oldest is forgotten first."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}

    def is_new(self, key: str) -> bool:
        """Tell whether this was not seen lately, and remember it."""
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > _LIMIT:
            del self._keys[next(iter(self._keys))]
        return True
