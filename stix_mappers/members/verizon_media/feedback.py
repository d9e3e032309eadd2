"""Mail feedback reports, the Abuse Reporting Format of RFC 5965 (platform-records.md, section 12).

Who received the mail is read only to be left out: addresses, and links and names that contain them (D20).
"""

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from email import message_from_string
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from stix_mappers.members import Desk
from stix_mappers.reading import Reading
from stix_mappers.record import DomainSubject, EmailSubject, IpSubject, Kind, Record, Source, Subject, UrlSubject
from stix_mappers.record_mail import Mail
from stix_mappers.services import is_platform_host
from stix_mappers.skips import Unreadable
from stix_mappers.values import classify

MEMBER: Final = "verizon-media"

_LARGEST: Final = 16 * 1024 * 1024
_HEADERS: Final = re.compile(r"\A(?:From \S.*\r?\n)?(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}")
_REPORT: Final = re.compile(
    r"report-type\s*=\s*\"?feedback-report|content-type:\s*message/feedback-report", re.IGNORECASE
)
_AUTHENTICATION: Final = re.compile(r"\b(?:spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:mailto|tel|sms|ftp|data|javascript|cid):", re.IGNORECASE)
_FAILED: Final = frozenset({"fail", "hardfail", "softfail", "permerror", "policy"})
_HARMFUL: Final = frozenset({"fraud", "virus", "phishing", "malware"})
_SERVICES: Final = (("yahoo", "yahoo-mail"), ("ymail", "yahoo-mail"), ("aol", "aol-mail"), ("aim", "aol-mail"))
_MOST: Final = 200
_LONGEST_SUBJECT: Final = 1_000


class _Report(Struct):
    """The parts of a report: its own header, its fields, the header of the mail it is about."""

    outer: Message
    fields: Message
    mail: Message


def is_mail(sample: str) -> bool:
    """Tell whether a text begins with the header of a feedback report."""
    return _HEADERS.match(sample) is not None and _REPORT.search(sample) is not None


def records(desk: Desk, reading: Reading) -> Iterator[Record]:
    """Yield the record of a report.

    Raises:
        Unreadable: the mail has no such part.
    """
    outer = message_from_string(reading.text.read(_LARGEST).lstrip("\ufeff"))
    fields = next((part for part in outer.walk() if part.get_content_type() == "message/feedback-report"), None)
    if fields is None:
        raise Unreadable("broken", "a feedback report without its fields", 1)
    report = _Report(outer, _header_of(fields), _mail_of(outer))
    yield from _Reading(desk, report).records()


def _mail_of(outer: Message) -> Message:
    """Return the header of the mail reported: the mail itself, or its header alone."""
    for part in outer.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            return _header_of(part)
    return Message()


def _header_of(part: Message) -> Message:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message) and payload[0].keys():
        return payload[0]
    raw = part.get_payload(decode=True)
    written = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else _written(payload)
    return message_from_string(written.lstrip())


def _written(payload: object) -> str:
    """Return the text of a part whose transfer encoding hid that it was a message."""
    if not (isinstance(payload, list) and payload and isinstance(payload[0], Message)):
        return payload if isinstance(payload, str) else ""
    hidden = str(payload[0].get_payload())
    try:
        return base64.b64decode(hidden, validate=False).decode("utf-8", "replace")
    except ValueError:
        return hidden


class _Reading:
    """One report under way."""

    def __init__(self, desk: Desk, report: _Report) -> None:
        self._desk = desk
        self._report = report
        self._recipients = _recipients(report)

    def records(self) -> Iterator[Record]:
        """Yield the record, unless the report has no date or names nothing that could be observed."""
        at = self._at()
        mail = self._mail()
        asset = _asset(mail)
        if at is None:
            self._desk.skip(1, "unusable-value", self._desk.source.name, "a report without a date")
        elif asset is None:
            self._desk.skip(1, "unusable-value", self._desk.source.name, "a report that names nothing usable")
        else:
            yield self._record(at, mail, *asset)

    def _record(self, at: str, mail: Mail, kind: Kind, subject: Subject) -> Record:
        feedback = _field(self._report.fields, "Feedback-Type").lower() or "other"
        return Record(
            record_id=f"{MEMBER}:feedback:{_digest(at, feedback, mail)}",
            member=MEMBER,
            service=self._service(),
            kind=kind,
            subject=subject,
            action="reported",
            action_at=at,
            action_at_precision="second",
            policy=f"mail feedback: {feedback[:40]}",
            detection="member-report",
            tlp=self._desk.tlp or "amber",
            source=Source(file=self._desk.source.name, row=1),
            synthetic="synthetic" in _field(self._report.outer, "X-Note").lower(),
            x_number_observed=_incidents(self._report.fields),
            x_mail=mail,
        )

    def _at(self) -> str | None:
        fields, outer, mail = self._report.fields, self._report.outer, self._report.mail
        told = (
            _field(fields, "Arrival-Date"),
            _field(fields, "Received-Date"),
            _field(outer, "Date"),
            _field(mail, "Date"),
        )
        return next((found for written in told if (found := _date(written))), None)

    def _service(self) -> str:
        """Return whose mailbox it was, by the recipient's host alone."""
        hosts = " ".join(address.rpartition("@")[2] for address in sorted(self._recipients))
        return next((service for word, service in _SERVICES if word in hosts), "email")

    def _mail(self) -> Mail:
        fields, mail = self._report.fields, self._report.mail
        feedback = _field(fields, "Feedback-Type").lower()
        source = classify(_field(fields, "Source-IP"))
        return Mail(
            sender=self._address(_field(mail, "From")),
            mail_from=self._address(_field(fields, "Original-Mail-From")),
            source_ip=source.value if source.kind == "ip" and "/" not in source.value else None,
            subject=self._subject(),
            date=_date(_field(mail, "Date")),
            domains=tuple(self._domains()),
            urls=tuple(self._urls()),
            indicates=_indicates(feedback, " ".join(_all(fields, "Authentication-Results"))),
            disputed=feedback == "not-spam",
        )

    def _address(self, written: str) -> str | None:
        """Return a sender's address: not one that is a recipient's, nor one that a recipient's is written into."""
        address = classify(parseaddr(written)[1])
        if address.kind != "email":
            return None
        return None if self._tells_recipient(address.value) else address.value

    def _tells_recipient(self, text: str) -> bool:
        plain = unquote(text).lower()
        forms = (form for address in self._recipients for form in (address, address.replace("@", "=")))
        return any(form in plain for form in forms)

    def _subject(self) -> str | None:
        written = " ".join(decoded(_field(self._report.mail, "Subject")).split())[:_LONGEST_SUBJECT]
        for address in self._recipients:
            written = re.sub(re.escape(address), "[recipient]", written, flags=re.IGNORECASE)
        return written or None

    def _domains(self) -> Iterator[str]:
        for written in _all(self._report.fields, "Reported-Domain"):
            found = classify(written, domains=True)
            if found.kind != "domain":
                self._desk.skip(1, "unusable-value", written, "is no domain")
            elif is_platform_host(found.value):
                self._desk.skip(1, "out-of-scope", written, "the host of a platform or mail service")
            else:
                yield found.value

    def _urls(self) -> Iterator[str]:
        for written in _all(self._report.fields, "Reported-URI"):
            found = classify(written)
            if self._tells_recipient(written):
                self._desk.skip(1, "hidden", "", "a link that names the recipient")
            elif found.kind != "url":
                other = _SCHEME.match(written) is not None
                self._desk.skip(1, "out-of-scope" if other else "unusable-value", written, "is no link to a site")
            else:
                yield found.value


def _asset(mail: Mail) -> tuple[Kind, Subject] | None:
    """Return what the record is about: the sender, else what else the report names."""
    address = mail.sender or mail.mail_from
    if address:
        return "email", EmailSubject(address=address)
    if mail.domains:
        return "domain", DomainSubject(domain=mail.domains[0])
    if mail.urls:
        return "url", UrlSubject(url=mail.urls[0])
    return ("ip", IpSubject(ip=mail.source_ip)) if mail.source_ip else None


def _indicates(feedback: str, authentication: str) -> tuple[str, ...]:
    """Return which kinds are worth looking for: none after a mere complaint, no sender that may be forged."""
    if feedback not in _HARMFUL:
        return ()
    verdicts = {verdict.lower() for verdict in _AUTHENTICATION.findall(authentication)}
    genuine = "pass" in verdicts and not verdicts & _FAILED
    return ("url", "domain", "email") if genuine else ("url", "domain")


def _recipients(report: _Report) -> frozenset[str]:
    """Return the addresses of everybody who received the mail, to leave them out."""
    written = [*_all(report.fields, "Original-Rcpt-To")]
    for name in ("To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "Envelope-To"):
        written += _all(report.mail, name)
    return frozenset(address.lower() for _name, address in getaddresses(written) if "@" in address)


def _incidents(fields: Message) -> int:
    written = _field(fields, "Incidents")
    return max(1, int(written)) if written.isascii() and written.isdigit() and len(written) < 10 else 1


def _field(message: Message, name: str) -> str:
    return next(iter(_all(message, name)), "")


def _all(message: Message, name: str) -> list[str]:
    """Return all values of a field, unfolded."""
    return [" ".join(str(value).split()) for value in message.get_all(name, [])][:_MOST]


def decoded(written: str) -> str:
    """Return a header with its encoded words decoded; as it stands where they cannot be."""
    try:
        return str(make_header(decode_header(written)))
    except (HeaderParseError, MessageError, LookupError, ValueError):
        return written


def _date(written: str) -> str | None:
    try:
        found = parsedate_to_datetime(written)
        utc = found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ") if 1970 <= utc.year <= 9999 else None


def _digest(at: str, feedback: str, mail: Mail) -> str:
    """Return what tells reports from each other, without anything of the recipient's."""
    told = (at, feedback, mail.sender, mail.mail_from, mail.source_ip, mail.subject, mail.date, mail.domains, mail.urls)
    return hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()[:32]
