"""What is measured: each measure takes a contender and returns values for one or more rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import quantiles

from benchmarks import load, wrk
from benchmarks.contender import Contender, instant
from benchmarks.results import Row

PEERS = ("medallion", "opentaxii")
ALL = ("ours", *PEERS)
RULED = ("ours", "nginx")
FULL_WALK_SECONDS = 90.0
CONNECTIONS = 4


@dataclass(frozen=True)
class Effort:
    """How long each measurement may take."""

    seconds: float = 2.0
    """A push or a rate is measured for so long."""
    walk_seconds: float = 10.0
    """A peer's poll is broken off after so long; ours gets 90 seconds, and needs a few."""
    fill_seconds: float = 180.0
    """A peer that takes longer is measured with what it holds by then."""
    rounds: int = 3


class NoAnswerError(Exception):
    """The server did not answer, or refused."""


@dataclass(frozen=True)
class Sample:
    """The values of one measurement by row; `part` when a poll was broken off by the clock."""

    values: dict[str, float]
    part: bool = False
    note: str = ""


@dataclass(frozen=True)
class Measure:
    """Rows, who takes part, and how it is done."""

    rows: tuple[Row, ...]
    run: Callable[[Contender, Effort], Sample]
    who: tuple[str, ...] = ALL
    heavy: bool = False
    """A poll of many objects: spared a peer that has left several without an answer."""


def _answered(outcome: load.Outcome) -> load.Outcome:
    if outcome.trouble:
        raise NoAnswerError(outcome.trouble)
    return outcome


def _poll(contender: Contender, effort: Effort, limit: int, clients: int = 1) -> load.Outcome:
    seconds = FULL_WALK_SECONDS if contender.name == "ours" else effort.walk_seconds
    plan = load.Walk(limit, seconds, contender.server.patience)
    return _answered(load.crew(clients, lambda _, go: load.walk(contender.server.target, plan, go)))


def full_poll(key: str, title: str, limit: int, clients: int = 1) -> Measure:
    """Poll from the first object to the last."""

    def run(contender: Contender, effort: Effort) -> Sample:
        outcome = _poll(contender, effort, limit, clients)
        count = contender.stored * clients if outcome.finished else min(outcome.objects, contender.stored * clients)
        return Sample({key: count / outcome.seconds}, part=not outcome.finished)

    return Measure((Row(key, title, "objects/s"),), run, heavy=True)


def type_poll(key: str, title: str, kind: str, limit: int) -> Measure:
    """Poll everything of one type."""

    def run(contender: Contender, effort: Effort) -> Sample:
        seconds = FULL_WALK_SECONDS if contender.name == "ours" else effort.walk_seconds
        plan = load.Walk(limit, seconds, contender.server.patience, f"match%5Btype%5D={kind}", counting=True)
        outcome = _answered(load.crew(1, lambda _, go: load.walk(contender.server.target, plan, go)))
        return Sample({key: outcome.objects / outcome.seconds}, part=not outcome.finished)

    return Measure((Row(key, title, "objects/s"),), run, heavy=True)


def latency(
    key: str, title: str, query: Callable[[Contender], str], percentiles: tuple[int, ...] = (50, 95)
) -> Measure:
    """Ask the same again and again over one connection."""
    rows = tuple(Row(f"{key}-p{n}", f"{title}, p{n}", "ms", higher_is_better=False) for n in percentiles)

    def run(contender: Contender, effort: Effort) -> Sample:
        target = contender.server.target
        plan = load.Asking([target.get(query(contender))] * 1000, effort.seconds, contender.server.patience)
        latencies = _answered(load.crew(1, lambda _, go: load.ask(target, plan, go))).latencies
        cuts = quantiles(latencies, n=100, method="inclusive") if len(latencies) > 1 else latencies * 99
        return Sample({f"{key}-p{n}": cuts[n - 1] * 1000 for n in percentiles})

    return Measure(rows, run)


def empty(_: Contender) -> str:
    """Return the query of a consumer that has everything."""
    return f"limit=1000&added_after={instant()}"


def late(contender: Contender) -> str:
    """Return the query of a consumer that lacks the last hundred objects."""
    return f"limit=1000&added_after={contender.late}"


def empty_rate() -> Measure:
    """Measure empty polls by four clients: ours with wrk, the slower peers with clients that finish what they began."""
    key = "empty-rate"

    def run(contender: Contender, effort: Effort) -> Sample:
        target, query = contender.server.target, empty(contender)
        if contender.name == "ours":
            return Sample({key: wrk.rate(target, query, connections=CONNECTIONS, seconds=effort.seconds)})
        plan = load.Asking([target.get(query)] * 100_000, effort.seconds, contender.server.patience)
        outcome = _answered(load.crew(CONNECTIONS, lambda _, go: load.ask(target, plan, go)))
        return Sample({key: outcome.requests / outcome.seconds})

    return Measure((Row(key, "empty poll, four clients", "requests/s"),), run)


def hot_page(limit: int) -> Measure:
    """Measure one page again and again: ours from wherever it keeps it, nginx from a file."""
    key = f"hot-{limit}"

    def run(contender: Contender, effort: Effort) -> Sample:
        target = contender.server.target
        if contender.name == "nginx":
            target = replace(target, objects=f"/hot-{limit}.json")
        return Sample({key: wrk.rate(target, f"limit={limit}", connections=CONNECTIONS, seconds=effort.seconds)})

    return Measure((Row(key, f"hot page of {limit:,} objects, four clients", "pages/s"),), run, RULED)


def pushes(key: str, title: str, size: int, clients: int) -> Measure:
    """Push new objects."""

    def run(contender: Contender, effort: Effort) -> Sample:
        pace = contender.server.single_pace if size == 1 else contender.server.pace
        count = max(int(pace * effort.seconds), size * clients)
        count -= count % (size * clients)
        plan = load.Push(contender.number, count, size, effort.seconds, contender.server.patience)
        outcome = contender.push(plan, clients)
        if not outcome.objects:
            raise NoAnswerError(outcome.trouble or "nothing was accepted")
        note = f"{outcome.refused:,} objects refused: {outcome.trouble}" if outcome.refused else ""
        return Sample({key: outcome.objects / outcome.seconds}, note=note)

    return Measure((Row(key, title, "requests/s" if size == 1 else "objects/s"),), run)


def memory(when: str) -> Measure:
    """Read the peak resident memory of the server's processes."""
    one, every = f"memory-{when}", f"memory-all-{when}"
    rows = (
        Row(one, f"peak memory after {when}, largest process", "MB", higher_is_better=False),
        Row(every, f"peak memory after {when}, all processes", "MB", higher_is_better=False),
    )

    def run(contender: Contender, _: Effort) -> Sample:
        contender.server.note_peaks()
        return Sample({one: contender.server.largest, every: contender.server.total})

    return Measure(rows, run)


def start_up() -> Measure:
    """Stop, start, and wait for the first authenticated poll to be answered."""
    row = Row("start", "start to the first answered poll", "s", higher_is_better=False)

    def run(contender: Contender, _: Effort) -> Sample:
        return Sample({"start": contender.server.restart()})

    return Measure((row,), run)


POLLS = (
    full_poll("full-100", "full poll, 100 a page", 100),
    full_poll("full-1000", "full poll, 1,000 a page", 1000),
    full_poll("four-1000", "full poll, 1,000 a page, four pollers", 1000, CONNECTIONS),
    latency("empty", "empty poll (`added_after` now)", empty),
    empty_rate(),
    latency("late", "late poll (the last 100 objects)", late),
    type_poll("type", "`match[type]=relationship` (5 %), 100 a page", "relationship", 100),
    latency(
        "rare", "`match[type]=observed-data` (0.1 %), first page", lambda _: "limit=100&match%5Btype%5D=observed-data"
    ),
    hot_page(1000),
    hot_page(100),
)
PUSHES = (
    pushes("push-100-1", "push, 100 an envelope, one client", 100, 1),
    pushes("push-100-4", "push, 100 an envelope, four clients", 100, 4),
    pushes("push-1000-1", "push, 1,000 an envelope, one client", 1000, 1),
    pushes("push-1000-4", "push, 1,000 an envelope, four clients", 1000, 4),
    pushes("push-1-4", "push, one object a request, four clients", 1, 4),
)
