"""Which ``date_added`` the entries of a batch get (rules.md 3; clients.md R5, R6)."""

from taxii_server.core.timestamps import MILLISECOND


def allocate_dates(last: int, now: int, count: int) -> range:
    """Instants for ``count`` entries: after ``last``, not before ``now``, ending on a whole millisecond.

    Consecutive microseconds, so every entry has its own; they never go back when the clock does. The whole
    millisecond at the end is for clients that cut to it (the OpenCTI ingester): what they send as
    ``added_after`` is then the last entry itself, not the instant before it.
    """
    first = max(now, last + 1)
    end = -(-(first + count - 1) // MILLISECOND) * MILLISECOND
    return range(end - count + 1, end + 1)
