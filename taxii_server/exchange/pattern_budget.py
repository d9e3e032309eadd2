"""Patterns of indicators (STIX 2.1 §9): the quick recogniser first, the full grammar within a budget.

stix2-patterns takes 0.2 to 50 milliseconds a pattern and longer for nested ones; an envelope of a hundred
thousand unusual patterns would hold a worker for an hour. So their time is counted envelope by envelope.
"""

import re
import threading
import time
from functools import cache
from typing import Final, Protocol

from taxii_server.core.errors import ObjectRefused
from taxii_server.core.patterns import is_simple
from taxii_server.exchange.explaining import cut

LONGEST_PATTERN: Final = 8_192
_SECONDS: Final = 2.0
_COMPLAINT: Final = re.compile(r"FAIL: Error found at line (\d+):(\d+)\. (.*?)(?: expecting .*)?$", re.DOTALL)

# The parsers share tables that grow while they run; two threads at once may spoil them.
_grammar_lock = threading.Lock()


class _RunValidator(Protocol):
    def __call__(self, pattern: str, stix_version: str) -> list[str]: ...


class PatternBudget:
    """Processor seconds that the patterns of one envelope may cost."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._left = seconds

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self._left <= 0

    def take(self, seconds: float) -> None:
        """Count what a pattern has cost."""
        self._left -= seconds


def check_pattern(pattern: str, version: str, budget: PatternBudget) -> None:
    """Raise ObjectRefused where the text is no pattern of that STIX version, or the budget does not allow to tell."""
    if is_simple(pattern):
        return
    if len(pattern) > LONGEST_PATTERN:
        raise ObjectRefused(
            f"pattern is too long: {len(pattern)} characters, at most {LONGEST_PATTERN} where it is more than "
            "plain comparisons joined by AND and OR; split it into several indicators"
        )
    if budget.spent:
        raise ObjectRefused(
            "pattern budget: the unusual patterns of this envelope took too long to read; "
            "send this indicator in another envelope with fewer of them"
        )
    problems = _problems(pattern, version, budget)
    if problems:
        raise ObjectRefused(f"pattern is no STIX pattern: {_in_words(problems[0])}")


def _problems(pattern: str, version: str, budget: PatternBudget) -> list[str]:
    started = time.thread_time()
    try:
        with _grammar_lock:
            return _grammar()(pattern, version)
    except RecursionError:
        return ["nested too deeply"]
    except Exception:
        return ["a path or a value in it cannot be read"]
    finally:
        budget.take(time.thread_time() - started)


def _in_words(problem: str) -> str:
    """The first complaint of stix2-patterns without its token names; its columns count from 0."""
    match = _COMPLAINT.match(problem)
    if match is None:
        return cut(problem.removeprefix("FAIL: "))
    where = f"in line {match[1]}, " if match[1] != "1" else ""
    return f"{where}at character {int(match[2]) + 1}, {cut(match[3])}"


@cache
def _grammar() -> _RunValidator:
    # Loaded on first need: the parser's tables take a twentieth of a second that most workers never spend.
    from stix2patterns.validator import run_validator  # noqa: PLC0415 - see above

    validator: _RunValidator = run_validator
    return validator
