"""A reported mail as observables: sender, source, hosts, links and the message itself (platform-records.md, 12)."""

from collections.abc import Iterator

from stix_mappers.identifiers import sco_id
from stix_mappers.moments import is_moment, moment
from stix_mappers.objects import StixObject
from stix_mappers.record_mail import Mail


def mail_values(mail: Mail) -> Iterator[tuple[str, str, str]]:
    """Yield kind, object type and value of everything a mail names, the sender first, each once."""
    address = "ipv6-addr" if mail.source_ip and ":" in mail.source_ip else "ipv4-addr"
    everything = [
        ("email", "email-addr", mail.sender),
        ("email", "email-addr", mail.mail_from),
        ("ip", address, mail.source_ip),
        *(("domain", "domain-name", domain) for domain in mail.domains),
        *(("url", "url", url) for url in mail.urls),
    ]
    yield from ((kind, type_, value) for kind, type_, value in dict.fromkeys(everything) if value)


def message_sco(mail: Mail, marking: list[str]) -> StixObject | None:
    """Return the message: who sent it, its subject and date; no recipient and no body (D20)."""
    sender = sco_id("email-addr", {"value": mail.sender}) if mail.sender else None
    told = {"from_ref": sender, "subject": mail.subject}
    contributing: dict[str, object] = {name: value for name, value in told.items() if value}
    if not contributing:
        return None
    message: StixObject = {
        "type": "email-message",
        "spec_version": "2.1",
        "id": sco_id("email-message", contributing),
        "object_marking_refs": marking,
        "is_multipart": True,
        **contributing,
    }
    if mail.date and is_moment(mail.date):
        message["date"] = moment(mail.date)
    return message
