"""Load: clients that push and poll, each a process of its own, all off at the same moment.

Every loop ends by a count or by a deadline. A request that has begun is finished, so that no server is still at work
on one measurement when the next begins; an answer that does not come within the patience of its server ends the loop.
"""

from __future__ import annotations

import gc
import multiprocessing
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from urllib.parse import quote

from benchmarks import objects
from benchmarks.wire import Answer, Connection, Target, WireError

_FORK = multiprocessing.get_context("fork")
_NEXT = re.compile(rb'"next": ?"([^"]+)"')
_SUCCESSES = re.compile(rb'"success_count": ?(\d+)')
_SENT = re.compile(rb'"spec_version"')


@dataclass
class Outcome:
    """What one client, or a crew of them, achieved between two instants of the monotonic clock."""

    started: float = 0.0
    ended: float = 0.0
    requests: int = 0
    objects: int = 0
    octets: int = 0
    refused: int = 0
    finished: bool = False
    trouble: str = ""
    latencies: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(self.ended - self.started, 1e-9)


Go = Callable[[], float]
Work = Callable[[int, Go], Outcome]


def crew(clients: int, work: Work) -> Outcome:
    """Run `work` in as many processes as there are clients and add up what they achieved."""
    barrier = _FORK.Barrier(clients)
    pipes = [_FORK.Pipe(duplex=False) for _ in range(clients)]
    members = [
        _FORK.Process(target=_member, args=(work, index, barrier, sender), daemon=True)
        for index, (_, sender) in enumerate(pipes)
    ]
    try:
        for member in members:
            member.start()
        for _, sender in pipes:
            sender.close()
        return _sum([receiver.recv() for receiver, _ in pipes])
    except EOFError:
        raise RuntimeError("a client of the load generator died") from None
    finally:
        for member in members:
            member.terminate()
            member.join()


def _member(work: Work, index: int, barrier: Barrier, sender: Pipe) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def go() -> float:
        gc.collect()
        gc.disable()
        barrier.wait(300)
        return time.perf_counter()

    sender.send(work(index, go))


def _sum(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        started=min(one.started for one in outcomes),
        ended=max(one.ended for one in outcomes),
        requests=sum(one.requests for one in outcomes),
        objects=sum(one.objects for one in outcomes),
        octets=sum(one.octets for one in outcomes),
        refused=sum(one.refused for one in outcomes),
        finished=all(one.finished for one in outcomes),
        trouble=next((one.trouble for one in outcomes if one.trouble), ""),
        latencies=[latency for one in outcomes for latency in one.latencies],
    )


@dataclass(frozen=True)
class Push:
    """A series of envelopes from object `first` on; `ready` builds them all before the clock starts."""

    first: int
    count: int
    size: int
    seconds: float
    patience: float
    accounts: bool = True
    ready: bool = True

    def share(self, index: int, clients: int) -> Push:
        """Return the part of one of several clients."""
        part = self.count // clients
        return replace(self, first=self.first + index * part, count=part)


def push(target: Target, plan: Push, go: Go) -> Outcome:
    """Push envelopes one after the other until they are used up or the time is over."""
    bodies = objects.envelopes(plan.first, plan.count, plan.size, accounts=plan.accounts)
    requests: Iterator[tuple[int, bytes]] = ((size, target.post(body)) for size, body in bodies)
    if plan.ready:
        requests = iter(list(requests))
    with Connection(target, plan.patience) as connection:
        outcome = Outcome(started=go())
        deadline = outcome.started + plan.seconds
        for size, request in requests:
            if not _pushed(connection, request, size, outcome) or time.perf_counter() > deadline:
                break
        else:
            outcome.finished = True
        outcome.ended = time.perf_counter()
    return outcome


def _pushed(connection: Connection, request: bytes, size: int, outcome: Outcome) -> bool:
    began = time.perf_counter()
    try:
        answer = connection.exchange(request)
    except WireError as error:
        outcome.trouble = str(error)
        outcome.refused += size
        return False
    outcome.latencies.append(time.perf_counter() - began)
    outcome.requests += 1
    found = _SUCCESSES.search(answer.body) if answer.status == 202 else None
    taken = int(found[1]) if found else 0
    outcome.objects += taken
    outcome.refused += size - taken
    if taken < size and not outcome.trouble:
        outcome.trouble = f"{answer.status}: {bytes(answer.body[:200]).decode(errors='replace')}"
    return True


@dataclass(frozen=True)
class Walk:
    """A poll from the first page to the last."""

    limit: int
    seconds: float
    patience: float
    query: str = ""
    counting: bool = False


def walk(target: Target, plan: Walk, go: Go, seen: Callable[[Answer], None] | None = None) -> Outcome:
    """Poll page after page, following `next`; objects are counted only when asked, for it costs time."""
    base = f"limit={plan.limit}" + (f"&{plan.query}" if plan.query else "")
    with Connection(target, plan.patience) as connection:
        outcome = Outcome(started=go())
        deadline = outcome.started + plan.seconds
        query: str | None = base
        while query is not None and time.perf_counter() < deadline:
            cursor = _page(connection, target.get(query), plan, outcome, seen)
            query = f"{base}&next={cursor}" if cursor else None
        outcome.finished = query is None and not outcome.trouble
        outcome.ended = time.perf_counter()
    return outcome


def _page(
    connection: Connection, request: bytes, plan: Walk, outcome: Outcome, seen: Callable[[Answer], None] | None
) -> str | None:
    began = time.perf_counter()
    try:
        answer = connection.exchange(request)
    except WireError as error:
        outcome.trouble = str(error)
        return None
    if answer.status != 200:
        outcome.trouble = f"{answer.status}: {bytes(answer.body[:200]).decode(errors='replace')}"
        return None
    outcome.latencies.append(time.perf_counter() - began)
    outcome.requests += 1
    outcome.octets += len(answer.body)
    outcome.objects += len(_SENT.findall(answer.body)) if plan.counting else plan.limit
    if seen is not None:
        seen(answer)
    return _cursor(answer.body)


def _cursor(body: memoryview) -> str | None:
    """Find `next` where servers put it: before the objects or after them."""
    found = _NEXT.search(body[:300]) or (_NEXT.search(body[-300:]) if len(body) > 300 else None)
    return quote(found[1].decode(), safe="") if found else None


@dataclass(frozen=True)
class Asking:
    """Requests to send one after the other."""

    requests: Sequence[bytes]
    seconds: float
    patience: float


def ask(target: Target, plan: Asking, go: Go) -> Outcome:
    """Send requests one after the other, and time each."""
    with Connection(target, plan.patience) as connection:
        outcome = Outcome(started=go())
        deadline = outcome.started + plan.seconds
        for request in plan.requests:
            if not _asked(connection, request, outcome) or time.perf_counter() > deadline:
                break
        else:
            outcome.finished = True
        outcome.ended = time.perf_counter()
    return outcome


def _asked(connection: Connection, request: bytes, outcome: Outcome) -> bool:
    began = time.perf_counter()
    try:
        answer = connection.exchange(request)
    except WireError as error:
        outcome.trouble = str(error)
        return False
    outcome.latencies.append(time.perf_counter() - began)
    outcome.requests += 1
    outcome.octets += len(answer.body)
    if answer.status != 200:
        outcome.trouble = str(answer.status)
        return False
    return True
