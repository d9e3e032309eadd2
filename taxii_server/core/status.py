"""The status resource of a push (TAXII 2.1 §4.3)."""

import msgspec

from taxii_server.core.timestamps import format_timestamp


class StatusEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One object of a push: its STIX id, its version, and what there is to say."""

    id: str
    version: str
    message: str | None = None


class StatusResource(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a push. Always complete: we commit before we answer (clients.md R11)."""

    id: str
    status: str
    request_timestamp: str
    total_count: int
    success_count: int
    failure_count: int
    pending_count: int
    successes: tuple[StatusEntry, ...] = ()
    failures: tuple[StatusEntry, ...] = ()


def complete_status(
    status_id: str, now: int, successes: tuple[StatusEntry, ...], failures: tuple[StatusEntry, ...]
) -> StatusResource:
    """The status of a push that is over; the lists are complete or left out (TAXII 2.1 §4.3.1)."""
    return StatusResource(
        id=status_id,
        status="complete",
        request_timestamp=format_timestamp(now),
        total_count=len(successes) + len(failures),
        success_count=len(successes),
        failure_count=len(failures),
        pending_count=0,
        successes=successes,
        failures=failures,
    )
