"""Subjects to cyber-observable objects and their patterns (platform-records.md, sections 1 and 3.2)."""

import ipaddress
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from stix_mappers.extensions import PROPERTY_EXTENSION, SOCIAL_ASSET
from stix_mappers.identifiers import sco_id
from stix_mappers.mails import mail_values, message_sco
from stix_mappers.moments import is_moment, moment
from stix_mappers.objects import StixObject
from stix_mappers.patterns import account_pattern, file_pattern, value_pattern
from stix_mappers.record import (
    AccountSubject,
    AdSubject,
    DomainSubject,
    EmailSubject,
    FileSubject,
    IpSubject,
    PostSubject,
    Record,
    UrlSubject,
)
from stix_mappers.record_mail import Mail
from stix_mappers.services import account_type_of, asset_of_url, login_of, service_owner

_DISABLING: Final = frozenset({"removed", "suspended", "terminated", "banned", "deactivated", "blocked"})
_PREFIXES: Final = {"subreddit": "r/"}


class Observed(Struct):
    """The SCOs of a record, the asset first; the pattern that finds the asset; how people call it.

    `parts` are the SCOs among them that have an indicator of their own, each with its kind.
    """

    scos: list[StixObject]
    pattern: str | None
    name: str
    parts: tuple[tuple[str, "Observed"], ...] = ()


def observed(record: Record, marking: list[str]) -> Observed | None:
    """Return the SCOs of a record; None where STIX has none for this kind or the value is no such thing."""
    if record.x_mail is not None:
        return _mail(record, record.x_mail, marking)
    build = _BUILDERS.get(record.kind)
    found = build(record, marking) if build else None
    if found is not None and record.x_links:
        found.scos.extend(url_sco(link, marking) for link in record.x_links)
    return found


def url_sco(url: str, marking: list[str]) -> StixObject:
    """Return the SCO of a URL."""
    return _value_sco("url", url, marking)


def _value_sco(object_type: str, value: str, marking: list[str]) -> StixObject:
    return {
        "type": object_type,
        "spec_version": "2.1",
        "id": sco_id(object_type, {"value": value}),
        "object_marking_refs": marking,
        "value": value,
    }


def _simple(object_type: str, value: str, marking: list[str]) -> Observed:
    return Observed([_value_sco(object_type, value, marking)], value_pattern(object_type, value), value)


def _domain(record: Record, marking: list[str]) -> Observed | None:
    return _simple("domain-name", record.subject.domain, marking) if isinstance(record.subject, DomainSubject) else None


def _url(record: Record, marking: list[str]) -> Observed | None:
    return _simple("url", record.subject.url, marking) if isinstance(record.subject, UrlSubject) else None


def _email(record: Record, marking: list[str]) -> Observed | None:
    subject = record.subject
    return _simple("email-addr", subject.address, marking) if isinstance(subject, EmailSubject) else None


def _mail(record: Record, mail: Mail, marking: list[str]) -> Observed | None:
    """Return what one report of a mail observes together, with the parts that are worth looking for (section 12)."""
    named = [(kind, _simple(type_, value, marking)) for kind, type_, value in mail_values(mail)]
    message = message_sco(mail, marking)
    scos = [*(found.scos[0] for _kind, found in named), *([message] if message else [])]
    parts = tuple((kind, found) for kind, found in named if kind in mail.indicates and record.x_indicator)
    return Observed(scos, None, mail.subject or "mail", parts) if scos else None


def _ip(record: Record, marking: list[str]) -> Observed | None:
    if not isinstance(record.subject, IpSubject):
        return None
    try:
        network = ipaddress.ip_network(record.subject.ip, strict=False)
    except ValueError:
        return None
    return _simple(f"ipv{network.version}-addr", record.subject.ip, marking)


def _file(record: Record, marking: list[str]) -> Observed | None:
    """Return the file by one hash alone: adding another would change the id (section 8.1); the pattern has all."""
    if not isinstance(record.subject, FileSubject):
        return None
    hashes = {str(name): value for name, value in record.subject.hashes.items()}
    name = next(name for name in ("SHA-256", "SHA-1", "MD5") if name in hashes)
    one = {name: hashes[name]}
    sco: StixObject = {
        "type": "file",
        "spec_version": "2.1",
        "id": sco_id("file", {"hashes": one}),
        "object_marking_refs": marking,
        "hashes": one,
    }
    return Observed([sco], file_pattern(hashes), hashes[name])


def _post(record: Record, marking: list[str]) -> Observed | None:
    subject = record.subject
    return _simple("url", subject.url, marking) if isinstance(subject, PostSubject) and subject.url else None


def _account(record: Record, marking: list[str]) -> Observed | None:
    subject = record.subject
    if not isinstance(subject, AccountSubject):
        return None
    account_type = account_type_of(record.asserted_on or record.service)
    login, written = _login(account_type, record.kind, subject)
    sco = account_sco(account_type, login, subject.user_id, marking)
    owned = service_owner(record.asserted_on or record.service) in {record.member, None} and not record.asserted_on
    if owned and not record.x_former_name:
        _describe(sco, record, subject, login, written)
    scos = [sco, url_sco(subject.url, marking)] if subject.url else [sco]
    pattern = None if subject.pseudonymised else account_pattern(account_type, login, subject.user_id)
    return Observed(scos, pattern, login or subject.user_id or "")


def account_sco(account_type: str, login: str | None, user_id: str | None, marking: list[str]) -> StixObject:
    """Return the bare account: by its login alone where one is known, so that members' lists meet (D3)."""
    known = {"account_login": login} if login else {"user_id": user_id}
    contributing: dict[str, object] = {"account_type": account_type, **known}
    return {
        "type": "user-account",
        "spec_version": "2.1",
        "id": sco_id("user-account", dict(sorted(contributing.items()))),
        "object_marking_refs": marking,
        **contributing,
    }


def _login(account_type: str, kind: str, subject: AccountSubject) -> tuple[str | None, str | None]:
    """Return the login as it makes the id and, where that differs, as it was written (D4, D5)."""
    if not subject.login:
        return None, None
    prefix = _PREFIXES.get(kind, "")
    given = subject.login if subject.login.startswith(prefix) else f"{prefix}{subject.login}"
    return login_of(account_type, given)


def _describe(sco: StixObject, record: Record, subject: AccountSubject, login: str | None, written: str | None) -> None:
    """Add what only the member that runs the service may say of it (D15)."""
    if not subject.pseudonymised and (name := subject.display_name or written):
        sco["display_name"] = name
    if subject.created and is_moment(subject.created):
        sco["account_created"] = moment(subject.created)
    if record.action in _DISABLING:
        sco["is_disabled"] = True
    asset: dict[str, object] = {"extension_type": PROPERTY_EXTENSION, "asset_kind": record.kind}
    if subject.user_id and login:
        asset["platform_user_id"] = subject.user_id
    if written and subject.display_name:
        asset["login_as_written"] = written
    if subject.former_logins:
        asset["former_logins"] = list(subject.former_logins)
    if subject.pseudonymised:
        asset["pseudonymised"] = True
    sco["extensions"] = {SOCIAL_ASSET: asset}


def _ad(record: Record, marking: list[str]) -> Observed | None:
    """Return the page an ad led to and its URL; the ad itself is no asset to look for (section 5.4)."""
    subject = record.subject
    if not isinstance(subject, AdSubject) or not subject.landing_url:
        return None
    asset = asset_of_url(subject.landing_url)
    if asset is None:
        return None
    scos = [url_sco(asset.url, marking)]
    if asset.names_account and asset.kind != "post":
        scos.insert(0, account_sco(asset.account_type, asset.login, asset.user_id, marking))
    return Observed(scos, None, f"ad {subject.ad_id or asset.url}")


_BUILDERS: Final[dict[str, Callable[[Record, list[str]], Observed | None]]] = {
    **dict.fromkeys(("account", "page", "group", "event", "channel", "board", "subreddit", "blog", "label"), _account),
    "post": _post,
    "pin": _post,
    "ad": _ad,
    "domain": _domain,
    "url": _url,
    "ip": _ip,
    "email": _email,
    "file": _file,
}
