"""Who may read and write a collection (rules.md 9). Pure; denied unless a rule of the settings allows it."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """Roles of organisations and accounts. An account's role is its organisation's, or ``analyst``."""

    MEMBER = "member"
    AGENCY = "agency"
    OPERATOR = "operator"
    ANALYST = "analyst"


AUTHENTICATED = "authenticated"
ANONYMOUS = "anonymous"
RESERVED_SLUGS = frozenset({*Role, AUTHENTICATED, ANONYMOUS})
"""Words in readers and writers that no organisation may have as its slug."""


class Requester(msgspec.Struct, frozen=True):
    """Who asks. ``organisation`` and its role are None for the anonymous requester."""

    account: str | None = None
    organisation: str | None = None
    organisation_role: Role | None = None
    role: Role | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether the request came without credentials."""
        return self.account is None


NOBODY = Requester()


class CollectionAccess(msgspec.Struct, frozen=True):
    """The readers and writers of a collection, as the settings name them."""

    readers: frozenset[str]
    writers: frozenset[str]

    def may_read(self, requester: Requester) -> bool:
        """Whether the requester may read; an analyst reads what its organisation reads."""
        return _admits(self.readers, requester)

    def may_write(self, requester: Requester) -> bool:
        """Whether the requester may push; analysts answer leads on the pages, but push nothing."""
        return requester.role is not Role.ANALYST and _admits(self.writers, requester)


def _admits(names: frozenset[str], requester: Requester) -> bool:
    if ANONYMOUS in names:
        return True
    if requester.is_anonymous:
        return False
    return not names.isdisjoint((AUTHENTICATED, requester.organisation, requester.organisation_role))
