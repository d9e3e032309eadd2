"""A server that takes part in a run: filled once, then measured again and again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from benchmarks import load
from benchmarks.servers import Server

LATE = 100
"""So many objects arrive after the rest: what a consumer that is nearly up to date has yet to read."""


def instant() -> str:
    """Return the present as TAXII writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class Contender:
    """A server, how much it holds, and how it fared."""

    server: Server
    stored: int = 0
    number: int = 0
    late: str = ""
    fill_seconds: float = 0.0
    filled: int = 0
    reached: bool = True
    slow_answers: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the server's name."""
        return self.server.name

    def fill(self, size: int, seconds: float) -> None:
        """Store `size` objects, the last hundred a moment after the others; stop when the time is over."""
        self.server.fresh()
        outcome = self.push(load.Push(0, size - LATE, 1000, seconds, self.server.patience, ready=False))
        self.fill_seconds, self.reached = outcome.seconds, outcome.finished
        if not outcome.finished or outcome.refused:
            reason = outcome.trouble or f"{seconds:.0f} s were over"
            self.notes.append(f"{self.name} holds {self.stored:,} objects instead of {size:,}: {reason}")
        time.sleep(0.05)
        self.late = instant()
        time.sleep(0.05)
        self.push(load.Push(self.number, LATE, LATE, seconds, self.server.patience))
        time.sleep(0.05)
        self.filled = self.stored

    def push(self, plan: load.Push, clients: int = 1) -> load.Outcome:
        """Push with some clients; what is accepted counts as stored."""
        target, accounts = self.server.target, self.server.accounts
        plan = replace(plan, accounts=accounts)

        def work(index: int, go: load.Go) -> load.Outcome:
            return load.push(target, plan.share(index, clients), go)

        outcome = load.crew(clients, work)
        self.stored += outcome.objects
        self.number = max(self.number, plan.first + plan.count)
        return outcome

    def verify(self, seconds: float) -> None:
        """Poll everything once, untimed, and note what is missing or too many."""
        plan = load.Walk(1000, seconds, self.server.patience, counting=True)
        outcome = load.crew(1, lambda _, go: load.walk(self.server.target, plan, go))
        if outcome.finished and outcome.objects != self.stored:
            self.notes.append(f"{self.name} gave {outcome.objects:,} of the {self.stored:,} objects it had accepted")
        if outcome.trouble:
            self.notes.append(f"{self.name}, full poll by 1,000: {outcome.trouble}")
            self.slow_answers += 1
            self.server.restart()

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()
