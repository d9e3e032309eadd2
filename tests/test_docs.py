"""Documentation is part of the change: what has no entry fails here, and so does an entry of what is gone."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
import pytest
from flask import Flask
from msgspec import NODEFAULT
from werkzeug.routing import Rule

from taxii_server.cli import main
from taxii_server.core.errors import HTTP_ERRORS
from taxii_server.core.filters import OBJECTS_FIELDS
from taxii_server.settings import Settings, parse_settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
DOCUMENTS = sorted([README, ROOT / "CHANGELOG.md", *DOCS.glob("*.md"), *DOCS.glob("*/*.md")])
INTERNAL_ERROR = (500, "internal error")

_FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE_LINK = re.compile(r"\[`([\w.]+)`\]\(([^)\s]+\.py)\)")


# commands


def test_every_command_has_an_entry_and_every_entry_a_command() -> None:
    assert set(command_entries()) == set(commands())


def test_every_option_stands_in_its_commands_entry_and_none_that_is_gone() -> None:
    for name, command in commands().items():
        documented = set(re.findall(r"^\| `(--[a-z0-9-]+)", command_entries()[name], re.MULTILINE))
        assert documented == long_options(command), name


def test_every_command_says_its_exit_codes() -> None:
    for name, entry in command_entries().items():
        assert re.search(r"^Exit codes: 0 ", entry, re.MULTILINE), name


def test_every_command_has_help_and_help_for_its_options() -> None:
    for name, command in commands().items():
        assert command.help, name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (name, option.name)


# settings


def test_every_settings_key_has_an_entry_with_its_default_and_every_entry_a_key() -> None:
    assert documented_settings() == dict(settings_keys())


def test_the_settings_in_the_documents_can_be_read() -> None:
    for document in DOCUMENTS:
        for block in blocks(document, "toml"):
            tomllib.loads(block.text)
    complete = blocks(DOCS / "settings.md", "toml")[0]
    assert parse_settings(complete.text).api_roots


# errors


def test_every_error_title_has_an_entry_and_every_entry_an_error() -> None:
    documented = {
        (int(status), title.casefold())
        for status, title in re.findall(r"^## (\d{3}) (.+)$", text(DOCS / "errors.md"), re.MULTILINE)
    }
    assert documented == {(one.status, one.title.casefold()) for one in HTTP_ERRORS.values()} | {INTERNAL_ERROR}


# HTTP


def test_every_route_has_an_entry_and_every_entry_a_route(app: Flask) -> None:
    documented = set(re.findall(r"^\| `((?:GET|POST|DELETE|PUT) /\S*)`", text(DOCS / "taxii.md"), re.MULTILINE))
    assert documented == {route for rule in app.url_map.iter_rules() for route in routes(rule)}


def test_every_match_field_has_an_entry() -> None:
    documented = set(re.findall(r"^\| `match\[(\w+)\]`", text(DOCS / "taxii.md"), re.MULTILINE))
    assert documented == OBJECTS_FIELDS


# make


def test_every_make_target_stands_in_the_readme() -> None:
    readme = text(README)
    for target in make_targets():
        assert re.search(rf"`(make )?{target}`|^make {target}\b", readme, re.MULTILINE), target


# the documents themselves


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    for target in _LINK.findall(without_blocks(document)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (document.parent / path).resolve() if path else document
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_commands_in_examples_exist_with_their_options(document: Path) -> None:
    for block in blocks(document, "sh"):
        for line in lines(block.text):
            check_line(line)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_python_and_json_in_examples_can_be_read(document: Path) -> None:
    for block in blocks(document, "python"):
        compile(block.text, str(document), "exec")
    for block in blocks(document, "json"):
        msgspec.json.decode(block.text)


def test_functions_that_the_architecture_links_to_stand_in_their_files() -> None:
    found = _CODE_LINK.findall(text(DOCS / "architecture.md"))
    assert found
    for name, target in found:
        if name.endswith(".py"):
            continue
        source = text((DOCS / target).resolve())
        for part in name.split("."):
            assert re.search(rf"^ *(def|class) {part}\b", source, re.MULTILINE), (name, target)


def test_every_document_is_in_the_index() -> None:
    index = text(DOCS / "index.md")
    for document in DOCS.glob("*.md"):
        assert document.stem == "index" or re.search(rf"^{document.stem}$", index, re.MULTILINE), document.name


# what the program has


@cache
def commands() -> dict[str, click.Command]:
    """Every command that can be run, by its name."""
    return dict(_commands(main, "clearinghouse"))


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def long_options(command: click.Command) -> set[str]:
    """The options of a command, as they are written out."""
    return {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }


def settings_keys() -> Iterator[tuple[tuple[str, str], str]]:
    """Every key of the settings with its table, and its default as TOML writes it."""
    return _keys(Settings, "")


def _keys(table: type[msgspec.Struct], name: str) -> Iterator[tuple[tuple[str, str], str]]:
    for field in msgspec.structs.fields(table):
        inner = _table_in(field.type)
        path = f"{name}.{field.encode_name}".lstrip(".")
        if name and (inner is None or not _is_plain_table(field)):
            yield (name, field.encode_name), _default(field)
        if inner is not None:
            yield from _keys(inner, path)


def _is_plain_table(field: msgspec.structs.FieldInfo) -> bool:
    return isinstance(field.default, msgspec.Struct)


def _table_in(kind: Any) -> type[msgspec.Struct] | None:
    """The struct that a field holds, alone, in a tuple or with None."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next(filter(None, map(_table_in, getattr(kind, "__args__", ()))), None)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default if field.default is not NODEFAULT else field.default_factory()
    if value is None:
        return "none"
    return f"`{'[]' if value == () else msgspec.json.encode(value).decode()}`"


def routes(rule: Rule) -> Iterator[str]:
    """A rule as the documents write it, once for each method of its own."""
    path = rule.rule.replace("<root>", "{api-root}")
    path = re.sub(r"<(\w+)>", lambda found: "{" + found[1].replace("_", "-") + "}", path)
    for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
        yield f"{method} {path}"


@cache
def make_targets() -> list[str]:
    """The targets that `make help` lists."""
    return re.findall(r"^([a-z]+):.*##", text(ROOT / "Makefile"), re.MULTILINE)


# what the documents have


class Block(NamedTuple):
    """A fenced block and its language."""

    language: str
    text: str


def text(path: Path) -> str:
    """A file."""
    return path.read_text(encoding="utf-8")


def blocks(document: Path, language: str) -> list[Block]:
    """The fenced blocks of a language."""
    found = (Block(match[2], match[3]) for match in _FENCE.finditer(text(document)))
    return [block for block in found if block.language == language]


def without_blocks(document: Path) -> str:
    """The document without what is fenced."""
    return _FENCE.sub("", text(document))


def anchors(document: Path) -> set[str]:
    """What the headings of a document can be linked to by, in the tree and in the built pages alike."""
    if document.suffix != ".md":
        return set()
    return {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for _, heading in _HEADING.findall(without_blocks(document))
    }


def command_entries() -> dict[str, str]:
    """The sections of docs/commands.md by the command that their heading names."""
    parts = re.split(r"^(#+) (.+)$", text(DOCS / "commands.md"), flags=re.MULTILINE)
    return {
        heading.strip("`"): body
        for level, heading, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
        if level == "###"
    }


def documented_settings() -> dict[tuple[str, str], str]:
    """The rows of docs/settings.md: table and key, and the default that the document gives."""
    parts = re.split(r"^## `\[+([a-z_.]+)\]+`$", text(DOCS / "settings.md"), flags=re.MULTILINE)
    return {
        (table, key): default
        for table, body in zip(parts[1::2], parts[2::2], strict=True)
        for key, default in re.findall(r"^\| `([a-z_]+)` \| (\S.*?) \|", body, re.MULTILINE)
        if key not in {"member", "authenticated", "anonymous"}  # the words of readers and writers
    }


def lines(script: str) -> Iterator[list[str]]:
    """The words of each command of a shell script, without its here-documents."""
    joined = re.sub(r"<<'END'\n.*?\nEND$", "", script.replace("\\\n", " "), flags=re.MULTILINE | re.DOTALL)
    for line in joined.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words


def check_line(words: list[str]) -> None:
    """Fail where a line of an example names a command, an option or a target that is not there."""
    program, *rest = words
    if program == "make":
        assert {one for one in rest if "=" not in one} <= set(make_targets()), words
    if Path(program).name == "clearinghouse":
        names = [name for name in commands() if words_of(name) == rest[: len(words_of(name))]]
        assert names, words
        options = {one.partition("=")[0] for one in rest if one.startswith("--")}
        assert options <= long_options(commands()[names[0]]), words


def words_of(name: str) -> list[str]:
    """A command's name without the program's."""
    return name.split()[1:]
