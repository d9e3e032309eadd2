"""One TOML file to frozen structs (architecture: 5.3). Unknown keys are errors; secrets never stand here."""

import os
import re
import tomllib
import uuid
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, NoReturn
from urllib.parse import urlsplit

import msgspec

from taxii_server.core.errors import SettingsError
from taxii_server.core.permissions import ANONYMOUS, RESERVED_SLUGS, CollectionAccess, Role

Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
Positive = Annotated[int, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Segment = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]

DEFAULT_PATH = "config/clearinghouse.toml"
_IDENTITY = re.compile(r"identity--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RESERVED_SEGMENTS = frozenset({"taxii2", "analyst", "healthz", "readyz", "metrics"})


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings file."""


class Tls(Table, frozen=True, kw_only=True):
    """TLS served directly; both files in PEM. Without them a proxy in front ends TLS."""

    certificate: str = ""
    key: str = ""


class Limits(Table, frozen=True, kw_only=True):
    """Bounds on what requests may cost. Failed sign-ins are counted a minute, in each worker."""

    failed_signins_address: Positive = 120
    failed_signins_account: Positive = 20
    body_seconds: Positive = 60
    body_wait_seconds: NotNegative = 5
    bodies: Positive = 48
    bodies_account: Positive = 16


class Server(Table, frozen=True, kw_only=True):
    """What the server says of itself, and the sizes it works with, in octets and counts."""

    title: str = "Clearinghouse"
    description: str = ""
    contact: str = ""
    public_url: str = "http://127.0.0.1:8000"
    max_content_length: Positive = 67_108_864
    default_limit: Positive = 10_000
    max_limit: Positive = 10_000
    max_page_bytes: Positive = 8_388_608
    max_object_size: Positive = 12_582_912
    max_objects: Positive = 200_000
    page_cache_bytes: Positive = 33_554_432
    status_hours: Positive = 24
    tls: Tls = Tls()
    limits: Limits = Limits()


class Storage(Table, frozen=True, kw_only=True):
    """Where everything is kept. ``write_wait`` bounds how long a push waits for its turn, in seconds."""

    url: str = "sqlite:///var/clearinghouse.db"
    write_wait: NotNegative = 20

    @property
    def path(self) -> Path:
        """The file of a ``sqlite:///relative`` or ``sqlite:////absolute`` URL."""
        return Path(self.url.removeprefix("sqlite:///"))


class ReleaseDefaults(Table, frozen=True, kw_only=True):
    """What holds for every released collection."""

    default_tlp: Tlp = "amber"


class Minimise(Table, frozen=True, kw_only=True):
    """Services where a path or a subdomain names a person."""

    hosts: tuple[str, ...] = ()


class Overlap(Table, frozen=True, kw_only=True):
    """From which number of shared assets, and with which confidence, two campaigns are linked."""

    shared_assets: Positive = 1
    handle_confidence: Annotated[int, msgspec.Meta(ge=0, le=100)] = 40


class Election(Table, frozen=True, kw_only=True):
    """A coming vote; ``country`` is ISO 3166-1 alpha-2."""

    name: str
    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
    date: date


class Organisation(Table, frozen=True, kw_only=True):
    """Who takes part. ``identity`` overrides the STIX identity that follows from the slug."""

    slug: Slug
    name: str
    role: Literal["member", "agency", "operator"]
    description: str = ""
    services: tuple[str, ...] = ()
    identity: str = ""
    relay: bool = False


class ReleaseRule(Table, frozen=True, kw_only=True):
    """What a collection is filled with, see rules.md 5."""

    from_: tuple[str, ...] = msgspec.field(name="from")
    max_tlp: Tlp
    profile: Literal["full", "minimised"]
    labels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


class Collection(Table, frozen=True, kw_only=True):
    """A TAXII collection and who may use it."""

    id: str
    title: str
    alias: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$")] = ""
    description: str = ""
    readers: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    release: ReleaseRule | None = None

    @property
    def access(self) -> CollectionAccess:
        """The permissions of this collection."""
        return CollectionAccess(frozenset(self.readers), frozenset(self.writers))


class ApiRoot(Table, frozen=True, kw_only=True):
    """An API root: one path segment and its collections."""

    name: Segment
    title: str
    description: str = ""
    collections: tuple[Collection, ...] = ()

    @property
    def is_exchange(self) -> bool:
        """Whether a collection of it is filled by release; else all of them are ordinary TAXII."""
        return any(collection.release for collection in self.collections)


class Settings(Table, frozen=True, kw_only=True, dict=True):
    """The whole file."""

    server: Server = Server()
    storage: Storage = Storage()
    release: ReleaseDefaults = ReleaseDefaults()
    minimise: Minimise = Minimise()
    overlap: Overlap = Overlap()
    organisations: tuple[Organisation, ...] = ()
    api_roots: tuple[ApiRoot, ...] = ()
    elections: tuple[Election, ...] = ()

    @cached_property
    def organisations_by_slug(self) -> dict[str, Organisation]:
        """Organisations by slug."""
        return {one.slug: one for one in self.organisations}

    @cached_property
    def collection_ids(self) -> tuple[str, ...]:
        """The ids of all collections."""
        return tuple(one.id for root in self.api_roots for one in root.collections)


def settings_path(given: str | None = None) -> Path:
    """The settings file of a command: the one given, else ``CLEARINGHOUSE_CONFIG``, else the shipped one."""
    return Path(given or os.environ.get("CLEARINGHOUSE_CONFIG") or DEFAULT_PATH)


def load_settings(path: Path) -> Settings:
    """The settings of a file. Raises SettingsError that names the key and its table."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return parse_settings(text)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def parse_settings(text: str) -> Settings:
    """The settings of a text in TOML. Raises SettingsError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"not TOML: {error}.") from None
    try:
        settings = msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        _explain(str(error))
    for problem in _problems(settings):
        raise SettingsError(problem)
    return settings


_AT = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")


def _explain(message: str) -> NoReturn:
    """Turn msgspec's message into one that names the table as the file writes it."""
    at = _AT.search(message)
    what = _AT.sub("", message).replace("`", '"')
    unknown = re.fullmatch(r'Object contains unknown field "(.*)"', what)
    if unknown:
        raise SettingsError(f'unknown key "{unknown[1]}" in {_table(at[1] if at else "")}.')
    missing = re.fullmatch(r'Object missing required field "(.*)"', what)
    if missing:
        raise SettingsError(f'the key "{missing[1]}" is missing in {_table(at[1] if at else "")}.')
    path = at[1] if at else ""
    table, _, key = path.rpartition(".")
    raise SettingsError(f"{key or path} in {_table(table)}: {what[0].lower()}{what[1:]}.")


def _table(path: str) -> str:
    """`.api_roots[0].collections[1]` as `[[api_roots.collections]] (number 2 of number 1)`."""
    names: list[str] = []
    numbers: list[str] = []
    for name, index in _STEP.findall(path):
        if name:
            names.append(name)
        elif index.isdigit():
            numbers.append(f"number {int(index) + 1}")
    if not names:
        return "the top of the file"
    table = ".".join(names)
    is_array = path.endswith("]")
    where = f" ({' of '.join(reversed(numbers))})" if numbers else ""
    return f"[[{table}]]{where}" if is_array else f"[{table}]{where}"


def _problems(settings: Settings) -> Iterator[str]:
    """What the types do not say; the first is reported."""
    yield from _server_problems(settings)
    yield from _duplicates("[[organisations]] slug", [one.slug for one in settings.organisations])
    for slug in sorted(settings.organisations_by_slug.keys() & RESERVED_SLUGS):
        yield f'slug "{slug}" in [[organisations]] is a word with a meaning of its own in readers and writers.'
    for one in settings.organisations:
        if one.identity and not _IDENTITY.fullmatch(one.identity):
            yield f'identity "{one.identity}" of {one.slug} in [[organisations]] is no STIX id such as identity--UUID.'
    yield from _duplicates("[[api_roots]] name", [root.name for root in settings.api_roots])
    for root in settings.api_roots:
        if root.name in _RESERVED_SEGMENTS:
            yield f'name "{root.name}" in [[api_roots]] is a path that the server uses itself.'
        yield from _collection_problems(settings, root)
    yield from _duplicates("[[api_roots.collections]] id", list(settings.collection_ids))


def _server_problems(settings: Settings) -> Iterator[str]:
    url = urlsplit(settings.server.public_url)
    if url.scheme not in {"http", "https"} or not url.netloc or url.path.strip("/") or url.query:
        yield f'public_url in [server]: "{settings.server.public_url}" is no absolute URL such as https://taxii.example.org.'
    if settings.server.default_limit > settings.server.max_limit:
        yield "default_limit in [server] is larger than max_limit."
    if bool(settings.server.tls.certificate) != bool(settings.server.tls.key):
        yield "certificate and key in [server.tls] are given together or not at all."
    if not re.fullmatch(r"sqlite:///.+", settings.storage.url):
        yield f'url in [storage]: "{_masked(settings.storage.url)}" is not sqlite:///FILE.'


def _collection_problems(settings: Settings, root: ApiRoot) -> Iterator[str]:
    known = settings.organisations_by_slug.keys() | RESERVED_SLUGS - {Role.ANALYST}
    names = [one.alias for one in root.collections if one.alias]
    yield from _duplicates(f'alias in [[api_roots.collections]] of "{root.name}"', names)
    for one in root.collections:
        where = f'[[api_roots.collections]] "{one.alias or one.id}" of "{root.name}"'
        if not _is_uuid4(one.id):
            yield f'id "{one.id}" in {where} is no version 4 UUID in lower case.'
        for name in sorted({*one.readers, *one.writers} - known):
            yield f'"{name}" in the readers or writers of {where} is no organisation and no role.'
        if ANONYMOUS in one.writers:
            yield f'"anonymous" in the writers of {where}: nobody pushes without credentials.'
        if one.release and one.writers:
            yield f"writers in {where}: a collection is filled by release or by pushes, not by both."


def warnings(settings: Settings) -> Iterator[str]:
    """What works here but is known to trip clients; `clearinghouse check` says it."""
    for root in settings.api_roots:
        for one in root.collections:
            if set(".,|") & set(one.title):  # the OpenCTI connector and Malcolm split their settings there
                yield f'title "{one.title}" of {one.alias or one.id}: some clients take . , and | for separators.'
    if urlsplit(settings.server.public_url).scheme == "http":
        yield f"public_url {settings.server.public_url} is not https: TAXII wants TLS beyond one machine (§8.2.2)."


def _is_uuid4(text: str) -> bool:
    try:
        value = uuid.UUID(text)
    except ValueError:
        return False
    return str(value) == text and value.version == 4


def _duplicates(what: str, values: list[str]) -> Iterator[str]:
    for value in sorted({one for one in values if values.count(one) > 1}):
        yield f'{what} "{value}" is given more than once.'


def masked(settings: Settings) -> Settings:
    """The settings as they may be shown: no password in an URL."""
    storage = msgspec.structs.replace(settings.storage, url=_masked(settings.storage.url))
    return msgspec.structs.replace(settings, storage=storage)


def _masked(url: str) -> str:
    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", url)
