"""`clearinghouse map`: results on standard output, everything else on standard error, and the exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stix_mappers import MEMBERS, samples_dir
from stix_mappers.record import parse_json
from taxii_server.cli.mapping import map_command

TYPED = "indicator_type,indicator_value,comment,ds\n"


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(map_command, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "2023_05_x.csv"
    path.write_text(f"{TYPED}domain_name,a-host.example,UNC788,2023-05-03\n\n")
    return path


def test_a_bundle_goes_to_standard_output(file: Path) -> None:
    result = run("facebook", file)
    bundle = json.loads(result.stdout)
    assert result.exit_code == 0
    assert bundle["type"] == "bundle"
    assert bundle["id"].startswith("bundle--")
    assert "domain-name" in {item["type"] for item in bundle["objects"]}


def test_the_figures_go_to_standard_error(file: Path) -> None:
    told = run("facebook", file).stderr
    assert "records: 2" in told
    assert "1 domain-name" in told
    assert "skipped: 1 (1 blank)" in told


def test_a_second_run_gives_the_same_octets() -> None:
    folder = samples_dir("facebook")
    assert run("facebook", folder).stdout_bytes == run("facebook", folder).stdout_bytes


def test_objects_may_be_had_one_a_line(file: Path) -> None:
    lines = run("facebook", file, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["spec_version"] for line in lines] == ["2.1"] * len(lines)


def test_coalition_records_may_be_had_and_mapped_again(file: Path, tmp_path: Path) -> None:
    records = run("facebook", file, "--format", "records")
    for line in records.stdout.splitlines():
        parse_json(line)
    again = tmp_path / "records.jsonl"
    again.write_bytes(records.stdout_bytes)
    assert run("coalition", again).stdout_bytes == run("facebook", file).stdout_bytes


def test_the_result_may_go_to_a_file(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = run("facebook", file, "--out", out)
    assert result.stdout == ""
    assert json.loads(out.read_text())["type"] == "bundle"


def test_standard_input_is_read(file: Path) -> None:
    result = run("facebook", "-", stdin=file.read_bytes())
    assert "a-host.example" in result.stdout


def test_skips_are_written_down_with_file_line_reason_and_value(tmp_path: Path) -> None:
    path, skips = tmp_path / "x.csv", tmp_path / "skips.jsonl"
    path.write_text(f"{TYPED}md5,no-hash,,2023-05-03\n")
    result = run("facebook", path, "--skips", skips)
    (skip,) = [json.loads(line) for line in skips.read_text().splitlines()]
    assert (skip["file"], skip["line"], skip["reason"], skip["value"]) == (str(path), 2, "unusable-value", "no-hash")
    assert result.exit_code == 1
    assert f"{path}:2: unusable-value" in result.stderr


def test_what_is_in_order_to_skip_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{TYPED}domain,a.example,,2023-05-03\ndomain,a.example,,2023-05-03\n\n")
    assert run("facebook", path).exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03", b"colour\nred\n"])
def test_a_file_that_cannot_be_read_is_named_and_fails_the_run(tmp_path: Path, file: Path, content: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    result = run("facebook", tmp_path)
    assert result.exit_code == 1
    assert "bad.csv" in result.stderr
    assert "a-host.example" in result.stdout


def test_an_unknown_member_lists_the_nine(file: Path) -> None:
    result = run("myspace", file)
    assert result.exit_code == 2
    assert all(member in result.stderr for member in MEMBERS)


def test_a_missing_file_argument_is_wrong_usage() -> None:
    assert run("facebook").exit_code == 2


def test_the_level_and_the_older_protocol_are_chosen_by_option(file: Path) -> None:
    bundle = json.loads(run("facebook", file, "--tlp", "amber", "--tlp1").stdout)
    names = {item["name"] for item in bundle["objects"] if item["type"] == "marking-definition"}
    assert names == {"TLP:AMBER", "TLP:WHITE"}


def test_a_level_never_loosens_what_a_record_says(tmp_path: Path) -> None:
    path = samples_dir("facebook") / "threatexchange_descriptors.json"
    records = [
        json.loads(line) for line in run("facebook", path, "--tlp", "clear", "--format", "records").stdout.splitlines()
    ]
    assert "red" in {record["tlp"] for record in records}


def test_the_help_says_what_the_exit_codes_mean() -> None:
    told = " ".join(run("--help").stdout.split())
    assert "Exit status: 0 when all was mapped" in told
    assert "unusable-value" in told
