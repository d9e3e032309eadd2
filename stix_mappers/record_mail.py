"""The part of a coalition record that tells of a reported mail (platform-records.md, section 12)."""

from msgspec import Struct


class Mail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A reported mail besides its sender: what one report observes together, and what of it to look for.

    `indicates` names kinds (`url`, `domain`, `email`); a mail that is `disputed` disagrees with indicators instead.
    Recipients and body have no place here (D20).
    """

    sender: str | None = None
    mail_from: str | None = None
    source_ip: str | None = None
    subject: str | None = None
    date: str | None = None
    domains: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    indicates: tuple[str, ...] = ()
    disputed: bool = False
