"""`clearinghouse init` and `clearinghouse check`."""

import stat
import tomllib
from pathlib import Path

import pytest

from taxii_server.settings import load_settings, parse_settings
from tests.cli.conftest import Run


def test_init_makes_the_store(run: Run, tmp_path: Path) -> None:
    result = run("init")
    assert (result.exit_code, result.stdout, stat.S_IMODE((tmp_path / "store.db").stat().st_mode)) == (0, "", 0o600)


def test_init_says_on_standard_error_what_is_ready(run: Run) -> None:
    assert "is ready" in run("init").stderr


def test_init_can_run_again(run: Run, tmp_path: Path) -> None:
    run("init")
    before = (tmp_path / "store.db").read_bytes()
    assert run("init").exit_code == 0
    assert (tmp_path / "store.db").read_bytes() == before


def test_init_refuses_what_is_no_store(run: Run, tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database at all, but minutes of a meeting\n" * 100)
    result = run("init")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("clearinghouse: ")


@pytest.mark.parametrize("arguments", [["account", "list"], ["token", "list"], ["account", "disable", "x"], ["serve"]])
def test_a_command_before_init_says_that_init_is_needed(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "clearinghouse init" in result.stderr


def test_check_prints_the_effective_settings(run: Run, config: Path) -> None:
    assert parse_settings(run("check").stdout) == load_settings(config)


def test_check_prints_what_was_left_to_its_default(run: Run) -> None:
    assert tomllib.loads(run("check").stdout)["server"]["max_page_bytes"] == 8_388_608


def test_check_does_not_need_a_store(run: Run, tmp_path: Path) -> None:
    assert run("check").exit_code == 0
    assert not (tmp_path / "store.db").exists()


def test_check_warns_of_what_trips_clients(run: Run) -> None:
    result = run("check")
    assert "warning: public_url http://localhost is not https" in result.stderr
    assert "warning" not in result.stdout


def test_check_prints_elections_and_release_rules_as_the_file_has_them(run: Run, config: Path) -> None:
    shipped = Path(__file__).parents[2] / "config/clearinghouse.toml"
    result = run("check", "--config", str(shipped))
    assert parse_settings(result.stdout) == load_settings(shipped)


@pytest.mark.parametrize("command", [["check"], ["init"], ["serve"], ["account", "list"], ["token", "list"]])
def test_settings_that_cannot_be_used_end_every_command_with_2(run: Run, config: Path, command: list[str]) -> None:
    config.write_text("[server]\nnosuch = 1\n")
    result = run(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f'clearinghouse: {config}: unknown key "nosuch" in [server].\n'


def test_settings_that_are_not_there_end_with_2(run: Run, tmp_path: Path) -> None:
    result = run("check", "--config", str(tmp_path / "nosuch.toml"))
    assert result.exit_code == 2
    assert "nosuch.toml: cannot be read" in result.stderr


def test_a_password_in_the_settings_is_never_shown(run: Run, config: Path) -> None:
    config.write_text('[storage]\nurl = "nosuch://user:hunter2@host/d"\n')
    result = run("check")
    assert "hunter2" not in result.output
