"""A quick recogniser of the patterns that members really send (STIX 2.1 §9).

The full grammar costs stix2-patterns 0.2 to 50 milliseconds a pattern, a hundred times what the rest of an
object costs. The shapes below make up nearly all real traffic and are recognised in one pass.

`True` is a promise: stix2-patterns accepts the pattern, under the grammars of STIX 2.0 and 2.1 alike.
`False` only means undecided. So every doubt is resolved by leaving the shape out:

- names are lower case, because the keywords of the language are upper case and would be taken for them;
- a path through `hashes` is only read where the algorithm and the length of its value are known, because
  stix2-patterns compares the two (and fails on `IN` and `LIKE` there);
- qualifiers (`WITHIN`, `REPEATS`, `START`), timestamp and binary literals and negative list indices are left out.

Every repetition is possessive and every choice atomic: nothing is read twice, the cost is linear in the length.
"""

import re
from typing import Final

_SPACE: Final = r"[ \t\r\n]"
_STRING: Final = r"'(?:[^'\\]++|\\['\\])*+'"
_NUMBER: Final = r"-?+(?>[0-9]++\.[0-9]++|0|[1-9][0-9]*+)"
_LITERAL: Final = rf"(?>{_STRING}|{_NUMBER})"
_NAME: Final = r"(?!(?:true|false|hashes)(?![a-z0-9_]))[a-z_][a-z0-9_]*+"
_TYPE: Final = r"(?!(?:true|false):)[a-z_][a-z0-9_-]*+"
_KEY: Final = r"'(?!hashes')[A-Za-z0-9_-]++'"
_PATH: Final = rf"{_TYPE}:{_NAME}(?>\.(?>{_NAME}|{_KEY})|\[(?>\*|0|[1-9][0-9]*+)\]){{0,20}}+"

_HEX: Final = "[0-9a-fA-F]"
_HASHES: Final = {"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-512": 128, "SHA3-256": 64, "SHA3-512": 128}
_EQUALS: Final = rf"{_SPACE}*+(?>==?+|!=|<>){_SPACE}*+"
_QUOTED_HASH: Final = "|".join(rf"'{name}'{_EQUALS}'{_HEX}{{{length}}}'" for name, length in _HASHES.items())
_HASH_TEST: Final = rf"{_TYPE}:hashes\.(?>{_QUOTED_HASH}|MD5{_EQUALS}'{_HEX}{{32}}')"

_NOT: Final = rf"(?>{_SPACE}++NOT(?={_SPACE}))?+"
_SET: Final = rf"\({_SPACE}*+{_LITERAL}(?>{_SPACE}*+,{_SPACE}*+{_LITERAL})*+{_SPACE}*+\)"
_EQUAL: Final = rf"{_EQUALS}(?>{_LITERAL}|true|false)"
_ORDER: Final = rf"{_SPACE}*+[<>]=?+{_SPACE}*+{_LITERAL}"
_WORDED: Final = rf"{_SPACE}++(?>IN{_SPACE}*+{_SET}|(?>LIKE|MATCHES|ISSUBSET|ISSUPERSET){_SPACE}*+{_STRING})"
_TEST: Final = rf"{_PATH}{_NOT}(?>{_EQUAL}|{_ORDER}|{_WORDED})"


_END: Final = r"(?:[\])]|\Z)"


def _joined(term: str, words: str) -> str:
    """Terms with a word between them; `term` stands here once, so that nesting does not double the expression."""
    return rf"(?>{term}(?>{_SPACE}++(?>{words}){_SPACE}++(?!{_END})|(?={_SPACE}*+{_END})))++"


def _pattern() -> str:
    """Two levels of parentheses inside the brackets, one around observations: more is left to the grammar."""
    term = rf"(?>{_HASH_TEST}|{_TEST})"
    for _ in range(2):
        group = _joined(term, "AND|OR")
        term = rf"(?>\({_SPACE}*+{group}{_SPACE}*+\)|{_HASH_TEST}|{_TEST})"
    observation = rf"\[{_SPACE}*+{_joined(term, 'AND|OR')}{_SPACE}*+\]"
    observations = _joined(observation, "AND|OR|FOLLOWEDBY")
    outer = rf"(?>\({_SPACE}*+{observations}{_SPACE}*+\)|{observation})"
    return _joined(outer, "AND|OR|FOLLOWEDBY")


_SIMPLE: Final = re.compile(_pattern())


def is_simple(pattern: str) -> bool:
    """Say whether the pattern has one of the common shapes and so is certainly well-formed."""
    return _SIMPLE.fullmatch(pattern) is not None
