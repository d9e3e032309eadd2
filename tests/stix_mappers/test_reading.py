"""Files to rows: encodings, line ends, delimiters, damage; and which files are meant."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from stix_mappers.reading import Reading, opened
from stix_mappers.skips import Unreadable
from stix_mappers.sources import sources

TABLE = "a,b\nÄ,2\n"


def reading(content: str | bytes) -> Reading:
    return opened(io.BytesIO(content if isinstance(content, bytes) else content.encode()))


def cells(content: str | bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in reading(content).rows()]


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("latin-1"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", ";").encode(),
    ],
)
def test_a_table_is_read_in_every_encoding_line_end_and_delimiter(content: bytes) -> None:
    assert cells(content) == [("a", "b"), ("Ä", "2")]


def test_quoted_line_breaks_belong_to_the_cell_and_lines_are_counted() -> None:
    rows = list(reading('a,b\n"x\ny",2\n3,4\n').rows())
    assert [(row.line, row.cells) for row in rows] == [(1, ("a", "b")), (2, ("x\ny", "2")), (4, ("3", "4"))]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    rows = list(reading('a,b\n"x,1\n3,4\n5,6\n').rows())
    assert [row.fault for row in rows] == [None, "a quote is never closed", None, None]
    assert rows[3].cells == ("5", "6")


def test_a_runaway_quote_in_a_long_file_costs_one_row() -> None:
    rows = list(reading("a,b\n" + '"x,1\n' + "3,4\n" * 1000).rows())
    assert sum(row.fault is not None for row in rows) == 1
    assert len(rows) == 1002


def test_a_quote_inside_a_tab_separated_cell_is_a_character() -> None:
    assert cells('a\tb\n"Milk Tea" says\t2\n')[1] == ('"Milk Tea" says', "2")


def test_a_cell_of_ten_megabytes_costs_one_row() -> None:
    rows = list(reading("a,b\n" + "x" * 10_000_000 + ",2\n3,4\n").rows())
    assert rows[1].fault is not None
    assert rows[2].cells == ("3", "4")


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b" \r\n\t", "empty"), (b"\xef\xbb\xbf", "empty")])
def test_an_empty_file_says_so(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        reading(content)
    assert caught.value.reason == reason


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", bytes(range(256)) * 8, b"\x00" * 100])
def test_a_binary_file_says_so(content: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        reading(content)
    assert caught.value.reason == "binary"


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        ("<?xml version='1.0'?><a/>", "xml"),
        ('[{"a": 1}]', "json"),
        ('{"a": 1}\n{"a": 2}', "json"),
        ("# Title\n\ntext", "markdown"),
        ("a,b\n1,2", "table"),
    ],
)
def test_the_layout_is_seen_from_the_content(content: str, layout: str) -> None:
    assert reading(content).layout == layout


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1},\n {"a": 2}]',
        '{"a": 1}\n{"a": 2}\n',
        '{"data": [{"a": 1}, {"a": 2}], "paging": {}}',
        '{"paging": {}, "data": [{"a": 1}, {"a": 2}]}',
        '{\n"a": 1}\n{"a":\n2}',
    ],
)
def test_items_are_found_in_every_wrapping(content: str) -> None:
    assert [item.value for item in reading(content).items()] == [{"a": 1}, {"a": 2}]


def test_items_of_a_large_array_are_read_one_by_one() -> None:
    content = "[" + ",\n".join('{"a": "' + "x" * 1000 + '"}' for _ in range(500)) + "]"
    items = list(reading(content).items())
    assert len(items) == 500
    assert items[499].line == 500


def test_a_broken_array_gives_what_stands_before_the_break() -> None:
    items = list(reading('[{"a": 1},\n{"a": 2},\n{"a": ').items())
    assert [item.fault is None for item in items] == [True, True, False]
    assert items[2].line == 3


def test_a_broken_line_of_json_costs_one_line() -> None:
    items = list(reading('{"a": 1}\n{"a": \n{"a": 3}\n').items())
    assert [(item.line, item.fault is None) for item in items] == [(1, True), (2, False), (3, True)]


def test_deep_json_is_a_fault_and_no_crash() -> None:
    items = list(reading('{"a": ' + "[" * 100_000).items())
    assert items[-1].fault is not None


XML = '<x:p xmlns:x="urn:x"><x:Indicator id="1"><x:Value>v</x:Value></x:Indicator>{}</x:p>'


def test_xml_elements_are_given_one_by_one() -> None:
    elements = list(reading(XML.format("<x:Indicator id='2'/>")).elements("Indicator"))
    assert [element.attributes["id"] for element in elements] == ["1", "2"]
    value = elements[0].find("Value")
    assert value is not None
    assert value.text == "v"


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_document_types_and_entities_are_refused(content: str) -> None:
    with pytest.raises(Unreadable, match="document types and entities are not read"):
        list(reading(content).elements("a"))


def test_broken_xml_gives_what_stands_before_the_break() -> None:
    found = []
    with pytest.raises(Unreadable) as caught:
        found.extend(reading(XML.format("<x:Indicator") + "<").elements("Indicator"))
    assert caught.value.reason == "broken"


def test_xml_that_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(Unreadable, match="nested"):
        list(reading("<a>" * 200).elements("a"))


# Which files are meant -----------------------------------------------------------------------------------------------


def names(*given: str | Path) -> list[str]:
    return [Path(source.name).name for source in sources(given)]


def test_a_folder_gives_its_files_sorted_without_what_holds_no_records(tmp_path: Path) -> None:
    for name in ("b.csv", "a.json", "README.md", "LICENSE", "index.json", ".hidden.csv", "picture.png"):
        (tmp_path / name).write_text("x")
    assert names(tmp_path) == ["a.json", "b.csv"]


def test_a_glob_gives_what_matches_and_each_file_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.tsv"):
        (tmp_path / name).write_text("x")
    assert names(f"{tmp_path}/*.csv", tmp_path / "a.csv") == ["a.csv", "b.csv"]


def test_names_with_odd_characters_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / " Q4 [x] #1 & Türkiye.csv"
    path.write_text("x")
    assert names(path) == [path.name]


def test_gzip_is_seen_from_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))
    (source,) = sources([path])
    assert source.stem == "a"
    with source.open() as stream:
        assert [row.cells for row in opened(stream).rows()] == [("a", "b"), ("Ä", "2")]


def test_entries_of_a_zip_are_read_wherever_their_paths_lead(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.csv", TABLE)
        archive.writestr("/absolute.csv", TABLE)
        archive.writestr("picture.png", "x")
    found = list(sources([path]))
    assert [source.stem for source in found] == ["outside", "absolute"]
    for source in found:
        with source.open() as stream:
            assert len(list(opened(stream).rows())) == 2
    assert {item.name for item in tmp_path.iterdir()} == {"a.zip"}
    assert not (tmp_path.parent.parent / "outside.csv").exists()


def test_a_stream_is_taken_and_has_no_stem() -> None:
    (source,) = sources([io.BytesIO(gzip.compress(TABLE.encode()))])
    assert source.stem == ""
    with source.open() as stream:
        assert len(list(opened(stream).rows())) == 2
