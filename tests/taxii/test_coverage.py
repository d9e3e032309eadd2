"""Every requirement has a test. The lists are design notes that lie beside the project, not in it."""

import ast
import re
from pathlib import Path

import pytest

_DESIGN = Path(__file__).parents[3] / "shared" / "design"
_COVERS = re.compile(r"Covers ([^\n]*?)\.(?:\s|$)")
_ROW = re.compile(r"^\| (\d[\w.]*) \| (\S+) \|", re.MULTILINE)


def covered() -> dict[str, list[str]]:
    """The tests of this folder by the ids that their docstrings name."""
    found: dict[str, list[str]] = {}
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                match = _COVERS.match(ast.get_docstring(node) or "")
                for name in match[1].split(", ") if match else []:
                    found.setdefault(name, []).append(f"{file.name}::{node.name}")
    return found


def _design(name: str) -> str:
    file = _DESIGN / name
    if not file.exists():
        pytest.skip(f"the design notes are not beside this clone: {file.name} cannot be compared")
    return file.read_text(encoding="utf-8")


def _requirements() -> dict[str, str]:
    """The rows of the requirements by id, with their level."""
    text = _design("taxii21-requirements.md")
    rows = dict(_ROW.findall(text))
    return rows | dict.fromkeys(re.findall(r"^\| (Q\d+) \|", text, re.MULTILINE), "Q")


def test_every_binding_requirement_has_a_test() -> None:
    """Covers 8.1.2a."""
    binding = {name for name, level in _requirements().items() if set(level) & set("MSDQ")}
    assert len(binding) > 190
    assert sorted(binding - covered().keys()) == []


def test_every_rule_of_the_clients_has_a_test() -> None:
    rules = set(re.findall(r"^\| (R\d+) \|", _design("clients.md"), re.MULTILINE))
    assert len(rules) == 12
    assert sorted(rules - covered().keys()) == []


def test_every_failing_of_the_neighbours_has_a_test() -> None:
    failings = {f"N{number}" for number in re.findall(r"^(\d+)\. ", _design("seen-next-door.md"), re.MULTILINE)}
    assert len(failings) == 25
    assert sorted(failings - covered().keys()) == []


def test_no_test_names_a_requirement_that_is_not_there() -> None:
    known = (
        _requirements().keys() | {f"R{number}" for number in range(1, 13)} | {f"N{number}" for number in range(1, 26)}
    )
    assert sorted(covered().keys() - known) == []
