"""The dates of a batch (rules.md 3; clients.md R5, R6)."""

from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.dates import allocate_dates
from taxii_server.core.timestamps import MILLISECOND

INSTANTS = st.integers(0, 2**53)
COUNTS = st.integers(1, 5000)


@given(INSTANTS, INSTANTS, COUNTS)
def test_every_entry_of_a_batch_has_its_own_date(last: int, now: int, count: int) -> None:
    assert len(set(allocate_dates(last, now, count))) == count


@given(INSTANTS, INSTANTS, COUNTS)
def test_dates_rise_inside_a_batch(last: int, now: int, count: int) -> None:
    dates = list(allocate_dates(last, now, count))
    assert dates == sorted(dates)


@given(INSTANTS, INSTANTS, COUNTS)
def test_dates_come_after_the_last_of_the_collection(last: int, now: int, count: int) -> None:
    assert allocate_dates(last, now, count)[0] > last


@given(INSTANTS, INSTANTS, COUNTS)
def test_no_date_is_before_now(last: int, now: int, count: int) -> None:
    assert allocate_dates(last, now, count)[0] >= now


@given(INSTANTS, INSTANTS, COUNTS)
def test_a_batch_ends_on_a_whole_millisecond(last: int, now: int, count: int) -> None:
    assert allocate_dates(last, now, count)[-1] % MILLISECOND == 0


@given(INSTANTS, INSTANTS, COUNTS)
def test_dates_run_ahead_of_the_clock_by_less_than_a_millisecond_beside_their_number(
    last: int, now: int, count: int
) -> None:
    assert allocate_dates(last, now, count)[-1] < max(now, last + 1) + count + MILLISECOND


@given(st.lists(st.tuples(INSTANTS, COUNTS), min_size=2, max_size=20))
def test_dates_never_go_back_even_when_the_clock_does(batches: list[tuple[int, int]]) -> None:
    last = 0
    for now, count in batches:
        dates = allocate_dates(last, now, count)
        assert dates[0] > last
        last = dates[-1]
