"""The checker must be able to fail: each doctored history breaks one promise, and it says which."""

from collections.abc import Callable

import pytest

from tests.failure.history import Fate, History, Push, Record, faults

_A, _B, _C, _D = (("indicator--" + letter, "2020-08-12T00:00:00.000Z") for letter in "abcd")


def _honest() -> History:
    """Two pushes one after the other, a third of which nobody knows, and a reader in the middle of it."""
    return History(
        pushes=[
            Push((_A, _B), 1.0, 2.0, Fate.ACKNOWLEDGED),
            Push((_C,), 3.0, 4.0, Fate.ACKNOWLEDGED),
            Push((_D,), 5.0, fate=Fate.UNKNOWN),
        ],
        log=[
            Record(_A, "2020-08-12T00:00:00.000999Z"),
            Record(_B, "2020-08-12T00:00:00.001000Z"),
            Record(_C, "2020-08-12T00:00:00.002000Z"),
        ],
        readers=[[], [_A, _B], [_A, _B, _C]],
    )


def _lose(history: History) -> None:
    history.log.pop()
    history.readers.pop()


def _tear(history: History) -> None:
    history.pushes[0].fate = Fate.UNKNOWN
    del history.log[0]
    history.readers.clear()


def _store_refused(history: History) -> None:
    history.pushes[1].fate = Fate.REFUSED


def _repeat(history: History) -> None:
    history.log.append(Record(_C, "2020-08-12T00:00:00.003000Z"))


def _invent(history: History) -> None:
    history.log.append(Record(("indicator--x", ""), "2020-08-12T00:00:00.003000Z"))


def _same_dates(history: History) -> None:
    history.log[0] = Record(_A, history.log[1].date_added)


def _set_back(history: History) -> None:
    history.log[2] = Record(_C, "2020-08-11T23:00:00.002000Z")


def _end_amid_a_millisecond(history: History) -> None:
    history.log[2] = Record(_C, "2020-08-12T00:00:00.002001Z")


def _scatter(history: History) -> None:
    history.log[1], history.log[2] = (
        Record(_C, history.log[1].date_added),
        Record(_B, history.log[2].date_added),
    )
    history.readers.clear()


def _reorder(history: History) -> None:
    history.pushes[0].began, history.pushes[0].ended = 8.0, 9.0


def _skip(history: History) -> None:
    history.readers[2] = [_A, _C]


def _read_twice(history: History) -> None:
    history.readers[1] = [_A, _A]


def _read_too_much(history: History) -> None:
    history.readers[2].append(_D)


_DOCTORED: list[tuple[Callable[[History], None], str]] = [
    (_lose, "lost: 1"),
    (_tear, "torn: 1 of 2"),
    (_store_refused, "refused, but stored"),
    (_repeat, "2 times in the log"),
    (_invent, "never pushed"),
    (_same_dates, "dates do not rise"),
    (_set_back, "dates do not rise"),
    (_end_amid_a_millisecond, "not on a whole millisecond"),
    (_scatter, "scattered"),
    (_reorder, "out of order"),
    (_skip, "reader 2 received"),
    (_read_twice, "reader 1 received"),
    (_read_too_much, "reader 2 received 4 objects of 3"),
]


def test_an_honest_history_has_no_faults() -> None:
    assert list(faults(_honest())) == []


@pytest.mark.parametrize(("doctor", "expected"), _DOCTORED)
def test_a_doctored_history_is_found_out(doctor: Callable[[History], None], expected: str) -> None:
    history = _honest()
    doctor(history)
    assert any(expected in fault for fault in faults(history))
