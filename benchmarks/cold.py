"""Cold pages: hundreds of different pages from a server that has just been started, none asked for twice.

Cold means outside the server's own memory; the operating system may hold the store's file, for nginx as for us.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks import load
from benchmarks.contender import Contender
from benchmarks.measures import CONNECTIONS, Effort, Measure, NoAnswerError, Sample
from benchmarks.peers import Nginx
from benchmarks.results import Row
from benchmarks.servers import EMPTY
from benchmarks.wire import Answer, Connection

PAGE = 1000
PAGES = 400
LEAST_STORED = 5_000
_ROW = Row("cold", "cold pages of 1,000 objects, four clients", "pages/s")
_SMALL_ROW = Row("cold-10k", "the same with 10,000 stored", "pages/s")


def requests(contender: Contender) -> list[bytes]:
    """Return requests for full pages that begin all over the store; one walk finds where."""
    dates: list[str] = []

    def note(answer: Answer) -> None:
        dates.append(answer.header("X-TAXII-Date-Added-Last") or "")

    step = max(1, (contender.stored - PAGE) // PAGES)
    outcome = load.walk(contender.server.target, load.Walk(step, 300, 60), time.perf_counter, note)
    if outcome.trouble:
        raise NoAnswerError(outcome.trouble)
    count = min(PAGES, (contender.stored - PAGE) // step)
    target = contender.server.target
    return [target.get(f"limit={PAGE}&added_after={date}") for date in dates[:count]]


def copy_pages(contender: Contender, asked: Sequence[bytes], nginx: Contender) -> list[bytes]:
    """Store the same pages as files behind nginx; return the requests for them."""
    assert isinstance(nginx.server, Nginx)
    with Connection(contender.server.target, 60) as connection:
        for number, request in enumerate(asked):
            nginx.server.put(f"cold-{number}.json", bytes(connection.exchange(request).body))
    return [nginx.server.target.get(path=f"/cold-{number}.json") for number in range(len(asked))]


def _rate(contender: Contender, asked: Sequence[bytes]) -> float:
    target = contender.server.target

    def work(index: int, go: load.Go) -> load.Outcome:
        with Connection(target, 60) as first:
            first.exchange(target.get(EMPTY, path="/index.html" if contender.name == "nginx" else None))
        return load.ask(target, load.Asking(asked[index::CONNECTIONS], 60, 60), go)

    outcome = load.crew(CONNECTIONS, work)
    if outcome.trouble:
        raise NoAnswerError(outcome.trouble)
    return outcome.requests / outcome.seconds


def measure(asked: dict[str, list[bytes]], small: Contender | None) -> Measure:
    """Measure ours after a restart, nginx, and, when given, a second server of ours with 10,000 objects."""

    def run(contender: Contender, _: Effort) -> Sample:
        if contender.name == "nginx":
            return Sample({"cold": _rate(contender, asked["nginx"])})
        values = {"cold": _restarted(contender, asked["ours"])}
        if small is not None:
            values["cold-10k"] = _restarted(small, asked["small"])
        return Sample(values)

    rows = (_ROW,) if small is None else (_ROW, _SMALL_ROW)
    return Measure(rows, run, ("ours", "nginx"))


def _restarted(contender: Contender, asked: Sequence[bytes]) -> float:
    contender.server.restart()
    contender.server.warm()
    return _rate(contender, asked)
