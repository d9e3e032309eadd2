"""Runs commands in this process, on settings in a folder of their own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from taxii_server.access.tokens import new_token
from taxii_server.cli import main
from taxii_server.core.accounts import Account, Token
from taxii_server.core.permissions import Role
from taxii_server.settings import load_settings
from taxii_server.store import open_store
from taxii_server.store.contract import Store
from tests.worlds import PLAIN

Run = Callable[..., Result]
NO_HASH = "no password opens this account"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file that the commands find by the environment."""
    path = tmp_path / "clearinghouse.toml"
    text = PLAIN.format(public_url="http://localhost", database=tmp_path / "store.db", server="", more="")
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CLEARINGHOUSE_CONFIG", os.fspath(path))
    return path


@pytest.fixture
def run(config: Path) -> Run:
    """Run a command with its arguments, and ``stdin`` for standard input."""

    def run(*arguments: str, stdin: str | bytes = "") -> Result:
        return CliRunner().invoke(main, arguments, input=stdin)

    return run


@pytest.fixture
def store(config: Path, run: Run) -> Store:
    """The store of the settings, initialised, with the account ``ann`` of alpha and no password."""
    assert run("init").exit_code == 0
    store = open_store(load_settings(config).storage)
    store.save_account(Account("ann", "alpha", Role.MEMBER, NO_HASH, 0))
    return store


@pytest.fixture
def token(store: Store) -> Token:
    """A token of ``ann``."""
    token, _ = new_token("ann", "laptop", 0, None)
    store.save_token(token)
    return token
