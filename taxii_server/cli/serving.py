"""`clearinghouse serve`: the Flask application under granian."""

import ctypes
import errno
import gc
import os
import signal
import socket
import ssl
import sys
import time
from pathlib import Path

import click
from flask import Flask
from granian.constants import Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from taxii_server.app import create_app
from taxii_server.cli.common import WRONG_USAGE, config_option, fail, opened_store, read_settings
from taxii_server.operations.logs import set_up_logs
from taxii_server.settings import Settings, Tls, load_settings, settings_path

_THREADS = 80  # 48 may be reading bodies (rules.md 9); the others answer polls meanwhile
_HEADER_MILLISECONDS = 20_000
_STOP_SECONDS = 30
_MOST_WORKERS = 4
_PORT_SECONDS = 3  # a server that was killed just now may still be letting go of it
_PR_SET_PDEATHSIG = 1
_M_ARENA_MAX = -8
_ARENAS = 2


def make_app() -> Flask:
    """The application of one worker; granian calls this in each."""
    _become_worker()
    set_up_logs()
    app = create_app(load_settings(settings_path()))
    gc.collect()
    gc.freeze()  # what is there now stays: looking through it again and again costs more than it frees
    return app


@click.command("serve")
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535), help="The port.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes (default: one a core, at most 4).")
def serve_command(config: str | None, host: str, port: int, workers: int | None) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first."""
    settings = read_settings(config)
    with opened_store(settings):
        pass  # what cannot be used is told here, once, and not by every worker
    _check_tls(settings.server.tls)
    _check_free(host, port)
    os.environ["CLEARINGHOUSE_CONFIG"] = str(settings_path(config))
    os.register_at_fork(after_in_child=_become_worker)
    click.echo(f"Serving {settings.server.public_url} on {host}:{port}", err=True)
    _server(settings, host, port, workers or min(os.cpu_count() or 1, _MOST_WORKERS)).serve()


def _check_tls(tls: Tls) -> None:
    """End the program where certificate and key are given but cannot be used together."""
    if not tls.certificate:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        fail(f"certificate {tls.certificate} and key {tls.key} in [server.tls] cannot be used: {error}.", WRONG_USAGE)


def _become_worker() -> None:
    """Let this process end when it is told to, and when the main process is killed.

    A worker is forked with its parent's signal handlers, which do nothing in it; until granian has set its own it
    would not end, and when the parent is gone it would go on and hold the port.
    """
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_DFL)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if hasattr(libc, "mallopt"):  # glibc: an arena for each of eighty threads would keep what each once needed
            libc.mallopt(_M_ARENA_MAX, _ARENAS)


def _check_free(host: str, port: int) -> None:
    """End the program where somebody listens already: granian would share the port with another server."""
    deadline = time.monotonic() + _PORT_SECONDS
    while True:
        try:
            with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
                return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                fail(f"cannot listen on {host}:{port}: {error.strerror or error}.", WRONG_USAGE)
        time.sleep(0.05)


def _server(settings: Settings, host: str, port: int, workers: int) -> MPServer:
    tls = settings.server.tls
    return MPServer(
        f"{__name__}:make_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=_THREADS,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        ssl_cert=Path(tls.certificate) if tls.certificate else None,
        ssl_key=Path(tls.key) if tls.key else None,
        ssl_protocol_min=SSLProtocols.tls12,
    )
