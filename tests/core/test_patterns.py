"""The recogniser promises what stix2-patterns keeps: whatever it takes, both grammars take."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2patterns.validator import run_validator

from taxii_server.core.patterns import is_simple

SHA256 = "aB" * 32
OF_THE_MAPPERS = [
    "[user-account:account_type = 'twitter' AND user-account:account_login = 'x']",
    "[user-account:account_type = 'twitter' AND (user-account:account_login = 'x' OR user-account:user_id = '123')]",
    "[user-account:account_login = 'O\\'Neil \\\\ Sons']",
    "[domain-name:value = 'peacedata.net']",
    "[url:value = 'https://example.org/путь?a=b&c=[d]']",
    "[ipv4-addr:value = '203.0.113.7']",
    "[ipv4-addr:value ISSUBSET '203.0.113.0/24']",
    "[email-addr:value = 'info@example.org']",
    f"[file:hashes.'SHA-256' = '{SHA256}']",
    f"[file:hashes.'SHA-256' = '{SHA256}' OR file:hashes.MD5 = '{'b' * 32}' OR file:hashes.'SHA-1' = '{'c' * 40}']",
]
OTHER_COMMON_SHAPES = [
    "[domain-name:value IN ('a.example', 'b.example')]",
    "[file:name NOT LIKE 'foo%']",
    "[process:command_line MATCHES '^.+>-exec$']",
    "[network-traffic:dst_port >= 1024 AND network-traffic:src_ref.value != '192.0.2.1']",
    "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'='x']",
    "[email-message:body_multipart[*].body_raw_ref.name = 'x']",
    "[a:b = true] AND ([c:d = 1.5] OR [e:f = -2]) FOLLOWEDBY [g:h<>'x']",
    "(  [ a:b == 'x' ]\n OR\t[c:d='y'] )",
]
UNDECIDED = [
    "",
    "[]",
    "[a:b = 'x'",
    "[a:b = 'x'] ",
    "a:b = 'x'",
    "[a:b = 'x\\n']",
    "[a:b = 'x' AND]",
    "[a:b = 'x' AND ]",
    "[(a:b = 'x' OR )]",
    "[a:b = 'x'] AND ",
    "[a:b = 'x' [c:d = 'y']",
    "[a:b = 'x'] [c:d = 'y']",
    "[a:b = 'x' ORc:d = 'y']",
    "[a:true = 'x']",
    "[true:b = 'x']",
    "[a:b !== 'x']",
    "[a:b > true]",
    "[a:b = 01]",
    "[a:LAST = 'x']",
    "[a:b = 'x'] WITHIN 5 SECONDS",
    "[file:hashes.MD5 = 'x']",
    f"[file:hashes.'SHA-256' IN ('{SHA256}')]",
    f"[file:hashes.'SHA-1' = '{SHA256}']",
    "[file:hashes[0] = 'x']",
    "[file:x.hashes.MD5 = 'x']",
    "[file:x.'hashes'.'MD5' = 'x']",
    "[a:b[-1] = 'x']",
    "[a:b = t'2020-01-01T00:00:00Z']",
]


def accepted(pattern: str, version: str) -> bool:
    problems: list[str] = run_validator(pattern, version)
    return not problems


@pytest.mark.parametrize("pattern", OF_THE_MAPPERS + OTHER_COMMON_SHAPES)
def test_a_common_shape_is_recognised(pattern: str) -> None:
    assert is_simple(pattern)


@pytest.mark.parametrize("pattern", OF_THE_MAPPERS + OTHER_COMMON_SHAPES)
@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_the_grammar_takes_the_common_shapes(pattern: str, version: str) -> None:
    assert accepted(pattern, version)


@pytest.mark.parametrize("pattern", UNDECIDED)
def test_anything_doubtful_is_left_to_the_grammar(pattern: str) -> None:
    assert not is_simple(pattern)


space = st.sampled_from(["", " ", "  ", "\n", "\t"])
gap = st.sampled_from([" ", "  ", "\n", ""])
name = st.one_of(
    st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True),
    st.sampled_from(["true", "false", "hashes", "t", "h", "b", "IN", "AND", "NOT", "MD5", "value", "_", "x-y", "Ab"]),
)
literal = st.one_of(
    st.text(max_size=6).map(lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    st.text(alphabet="'\\ab\n", max_size=6).map(lambda text: f"'{text}'"),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.sampled_from(["true", "false", "01", "1.", ".5", "-", "+1", "h'aa'", "b'YQ=='", "x", f"'{SHA256}'", "1e5"]),
)
hash_step = st.sampled_from([".MD5", ".'SHA-256'", ".'SHA-1'", ".SHA1", ".'TLSH'", "[0]"])
step = st.one_of(
    name.map(lambda text: f".{text}"),
    name.map(lambda text: f".'{text}'"),
    st.sampled_from(["[*]", "[0]", "[12]", "[-1]", "[01]", "[+1]"]),
    hash_step,
)
path = st.one_of(
    st.tuples(name, name, st.lists(step, max_size=3)).map(lambda t: f"{t[0]}:{t[1]}{''.join(t[2])}"),
    hash_step.map(lambda text: f"file:hashes{text}"),
)
members = st.lists(literal, max_size=3).map(lambda all_: f"({', '.join(all_)})")
operator = st.sampled_from(["=", "==", "!=", "<>", "<", ">=", "!==", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "IN"])
negation = st.sampled_from(["", "", " NOT", " NOT NOT", "NOT"])
test = st.tuples(path, negation, gap, operator, gap, st.one_of(literal, members)).map("".join)


def joined(term: st.SearchStrategy[str], words: list[str]) -> st.SearchStrategy[str]:
    more = st.lists(st.tuples(gap, st.sampled_from(words), gap, term).map("".join), max_size=2)
    return st.tuples(term, more).map(lambda pair: pair[0] + "".join(pair[1]))


def parenthesised(term: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(term, st.tuples(space, term, space).map(lambda t: f"({t[0]}{t[1]}{t[2]})"))


comparison = joined(parenthesised(joined(parenthesised(joined(test, ["AND", "OR"])), ["AND", "OR"])), ["AND", "OR"])
observation = st.tuples(space, comparison, space).map(lambda t: f"[{''.join(t)}]")
qualified = st.tuples(observation, st.sampled_from(["", "", " REPEATS 5 TIMES", " WITHIN 5 SECONDS"])).map("".join)
observations = joined(parenthesised(joined(qualified, ["AND", "OR", "FOLLOWEDBY"])), ["AND", "OR", "FOLLOWEDBY"])


@settings(deadline=None, max_examples=400)
@given(observations)
def test_whatever_is_recognised_is_taken_by_both_grammars(pattern: str) -> None:
    if is_simple(pattern):
        assert accepted(pattern, "2.1")
        assert accepted(pattern, "2.0")


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_a_recognised_pattern_with_a_few_characters_changed_is_taken_too(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(OF_THE_MAPPERS + OTHER_COMMON_SHAPES))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(pattern)))
        end = data.draw(st.integers(start, min(start + 4, len(pattern))))
        piece = data.draw(
            st.one_of(
                st.text(alphabet="'\\[]()<>=!.:, -+01atxANDORI\n", max_size=3),
                st.sampled_from(
                    ["AND", "NOT ", "true", "hashes", "MD5", "'SHA-1'", "IN ", "=", "t'", "/*", "*/", "//"]
                ),
            )
        )
        pattern = pattern[:start] + piece + pattern[end:]
    if is_simple(pattern):
        assert accepted(pattern, "2.1")
        assert accepted(pattern, "2.0")


@pytest.mark.parametrize(
    ("start", "repeated"),
    [
        ("[a:b = '", "\\'"),
        ("[", "("),
        ("[a:b IN (", "1,"),
        ("[", "a:b = 'x' OR "),
        ("[a:b", "[0]"),
        ("", "[a:b = 1] AND "),
        ("[a", "a-"),
        ("[a:b = ", "1"),
    ],
)
def test_the_cost_grows_with_the_length_and_no_faster(start: str, repeated: str) -> None:
    began = time.perf_counter()
    is_simple(start + repeated * 500_000)
    assert time.perf_counter() - began < 5
