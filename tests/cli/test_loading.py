"""`clearinghouse load` and `clearinghouse demo`, on the shipped settings with a store of their own."""

import os
import re
import stat
from pathlib import Path

import pytest

from stix_mappers import samples_dir
from taxii_server.settings import load_settings
from taxii_server.store import open_store
from taxii_server.store.contract import CollectionState
from tests.cli.conftest import Run

SHIPPED = Path(__file__).parents[2] / "config/clearinghouse.toml"
ALIAS = "submissions-facebook"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped settings, but for the place of the store."""
    path = tmp_path / "clearinghouse.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    path.write_text(text.replace("sqlite:///var/", f"sqlite:///{tmp_path}/"), encoding="utf-8")
    monkeypatch.setenv("CLEARINGHOUSE_CONFIG", os.fspath(path))
    return path


def state(config: Path, alias: str = ALIAS) -> CollectionState:
    settings = load_settings(config)
    store = open_store(settings.storage)
    ids = [one.id for root in settings.api_roots for one in root.collections if one.alias == alias]
    found = store.collection_state(ids[0])
    store.close()
    return found


def sample() -> str:
    return str(samples_dir("facebook") / "csv")


def test_init_fills_the_reference_collection(run: Run, config: Path) -> None:
    assert run("init").exit_code == 0
    assert state(config, "reference").last_position > 100


def test_a_second_init_adds_nothing_to_the_reference_collection(run: Run, config: Path) -> None:
    run("init")
    before = state(config, "reference")
    run("init")
    assert state(config, "reference") == before


def test_load_commits_the_objects_of_a_members_files(run: Run, config: Path) -> None:
    run("init")
    result = run("load", "facebook", sample())
    found = re.match(r"facebook: (\d+) objects committed, 0 refused", result.stderr)
    assert (result.exit_code, result.stdout) == (0, "")
    assert found is not None
    assert int(found[1]) >= state(config).last_position > 0


def test_loading_a_file_again_changes_nothing(run: Run, config: Path) -> None:
    run("init")
    run("load", "facebook", sample())
    before = state(config)
    assert run("load", "facebook", sample()).exit_code == 0
    assert state(config) == before


def test_load_needs_a_member_that_there_is(run: Run, config: Path) -> None:
    assert run("load", "nosuch", sample()).exit_code == 2


def test_load_needs_the_members_submissions(run: Run, config: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8").replace(f'"{ALIAS}"', '"elsewhere"'), encoding="utf-8")
    run("init")
    result = run("load", "facebook", sample())
    assert result.exit_code == 2
    assert ALIAS in result.stderr


def test_the_demo_prepares_what_there_is_to_try_and_says_how(run: Run, config: Path, tmp_path: Path) -> None:
    first, second = run("demo"), run("demo")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout == second.stdout
    for role in ("member", "agency", "analyst", "operator"):
        assert f"demo-{role}" in first.stdout
    assert "curl -u demo-member:" in first.stdout
    assert state(config).last_position > 0
    assert stat.S_IMODE((tmp_path / "demo-accounts.json").stat().st_mode) == 0o600
