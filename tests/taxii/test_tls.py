"""TLS as the server ends it itself (TAXII 2.1 §8.2.2): real handshakes."""

import socket
import ssl
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.live import LiveServer, free_port
from tests.worlds import World, make_world

TLS_12 = ssl.TLSVersion.TLSv1_2
TLS_13 = ssl.TLSVersion.TLSv1_3
EARLY_DATA = 42  # the extension of a ticket that allows 0-RTT (RFC 8446 §4.6.1)
NEW_SESSION_TICKET = 4


class TlsServer(LiveServer):
    """A live server that speaks TLS."""

    def __init__(self, config: Path, port: int, authority: trustme.CA) -> None:
        super().__init__(config, port, workers=1)
        self.url = f"https://localhost:{port}"
        self.authority = authority

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        with httpx.Client(verify=client_context(self.authority), timeout=2) as client:
            while True:
                assert self._running().poll() is None, self.log.read_text()[-2000:]
                try:
                    client.get(f"{self.url}/healthz")
                except httpx.TransportError:
                    assert time.monotonic() < deadline, self.log.read_text()[-2000:]
                    time.sleep(0.02)
                else:
                    return


def client_context(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def with_versions(authority: trustme.CA, oldest: ssl.TLSVersion, newest: ssl.TLSVersion) -> ssl.SSLContext:
    """A client that speaks these versions, however weak it has to be for that."""
    context = client_context(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the old versions, which we want to see refused
        context.minimum_version = oldest
        context.maximum_version = newest
    return context


@dataclass(frozen=True)
class Secured:
    """A server with TLS and the authority of its certificate."""

    server: TlsServer
    world: World
    authority: trustme.CA

    def handshake(self, context: ssl.SSLContext) -> tuple[str | None, str]:
        """Version and cipher suite that were agreed upon."""
        with (
            socket.create_connection(("localhost", self.server.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            cipher = secured.cipher()
            assert cipher is not None
            return secured.version(), cipher[0]


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A live server with a certificate of its own."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    (folder / "certificate.pem").write_bytes(chain)
    key = load_pem_private_key(certificate.private_key_pem.bytes(), password=None)
    # granian reads PKCS#8 keys alone
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tls = f'[server.tls]\ncertificate = "{folder}/certificate.pem"\nkey = "{folder}/key.pem"'
    port = free_port()
    world = make_world(folder, server=tls, public_url=f"https://localhost:{port}", organisations=("alpha",))
    server = TlsServer(world.path, port, authority)
    server.start()
    try:
        yield Secured(server, world, authority)
    finally:
        server.kill()
        world.store.close()


def test_taxii_is_spoken_over_tls(secured: Secured) -> None:
    """Covers 1.6.6a, 8.2.2a, 4.1.1c."""
    with httpx.Client(verify=client_context(secured.authority), base_url=secured.server.url) as client:
        found = client.get("/taxii2/", headers=secured.world.bearer("alpha")).json()
        assert found["default"] == f"{secured.server.url}/plain/"
        assert client.get(found["default"], headers=secured.world.bearer("alpha")).status_code == 200


def test_without_tls_nothing_is_answered(secured: Secured) -> None:
    """Covers 1.6.6a, 8.2.2a."""
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://localhost:{secured.server.port}/healthz", timeout=5)


def test_a_client_that_does_not_know_the_authority_goes_away(secured: Secured) -> None:
    """Covers 8.2.2a. The certificate is the one of the settings."""
    with pytest.raises(ssl.SSLCertVerificationError):
        secured.handshake(ssl.create_default_context())


def test_tls_12_is_accepted(secured: Secured) -> None:
    """Covers 8.2.2b."""
    version, _ = secured.handshake(with_versions(secured.authority, TLS_12, TLS_12))
    assert version == "TLSv1.2"


def test_tls_13_is_accepted_and_preferred(secured: Secured) -> None:
    """Covers 8.2.2b."""
    assert secured.handshake(with_versions(secured.authority, TLS_13, TLS_13))[0] == "TLSv1.3"
    assert secured.handshake(client_context(secured.authority))[0] == "TLSv1.3"


@pytest.mark.parametrize("name", ["TLSv1", "TLSv1_1"])
def test_older_versions_are_refused_by_the_server(secured: Secured, name: str) -> None:
    """Covers 8.2.2b. The alert comes from the server, not from a client that would not try."""
    version = ssl.TLSVersion[name]
    with pytest.raises(ssl.SSLError, match=r"(?i)alert"):
        secured.handshake(with_versions(secured.authority, version, version))


def test_no_ticket_allows_data_before_the_handshake_is_over(secured: Secured) -> None:
    """Covers 8.2.2c."""
    tickets: list[bytes] = []

    def watch(_connection: object, direction: str, _version: object, _content: object, kind: int, data: bytes) -> None:
        if direction == "read" and kind == NEW_SESSION_TICKET:
            tickets.append(data)

    context = with_versions(secured.authority, TLS_13, TLS_13)
    context._msg_callback = watch  # type: ignore[attr-defined]  # the only view that Python gives of tickets
    with httpx.Client(verify=context, base_url=secured.server.url) as client:
        assert client.get("/healthz").status_code == 200
    assert tickets
    assert all(EARLY_DATA not in extensions_of(ticket) for ticket in tickets)


def extensions_of(ticket: bytes) -> set[int]:
    """The extensions of a NewSessionTicket: header 4, lifetime 4, age 4, nonce, ticket, extensions (RFC 8446)."""
    position = 12 + 1 + ticket[12]
    position += 2 + int.from_bytes(ticket[position : position + 2])
    end = position + 2 + int.from_bytes(ticket[position : position + 2])
    assert end == len(ticket)
    position, found = position + 2, set()
    while position < end:
        found.add(int.from_bytes(ticket[position : position + 2]))
        position += 4 + int.from_bytes(ticket[position + 2 : position + 4])
    return found


def test_the_suites_of_tls_12_keep_secrets_forward_and_authenticate(secured: Secured) -> None:
    """Covers 8.2.2d."""
    _, suite = secured.handshake(with_versions(secured.authority, TLS_12, TLS_12))
    assert suite.startswith("ECDHE-")
    assert "GCM" in suite or "CHACHA20" in suite


@pytest.mark.parametrize("suites", ["ALL:!AESGCM:!CHACHA20:!AESCCM:!ARIAGCM", "kRSA", "aNULL:eNULL"])
def test_suites_of_the_black_list_are_refused(secured: Secured, suites: str) -> None:
    """Covers 8.2.2d. RFC 7540, appendix A: without forward secrecy, or without authenticated encryption."""
    context = with_versions(secured.authority, TLS_12, TLS_12)
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=r"(?i)alert"):
        secured.handshake(context)


def test_a_certificate_of_a_client_is_no_credential(secured: Secured) -> None:
    """Covers 8.3.1a. The server verifies none, so none opens anything."""
    context = client_context(secured.authority)
    trustme.CA().issue_cert("client@example.org").configure_cert(context)
    with httpx.Client(verify=context, base_url=secured.server.url) as client:
        assert client.get("/taxii2/").status_code == 401


def test_credentials_are_asked_for_over_tls_as_everywhere(secured: Secured) -> None:
    """Covers 8.2.2e."""
    with httpx.Client(verify=client_context(secured.authority), base_url=secured.server.url) as client:
        assert client.get("/taxii2/").headers["WWW-Authenticate"].startswith("Basic ")
