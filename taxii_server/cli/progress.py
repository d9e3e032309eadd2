"""Progress on a terminal; nothing where nobody looks on."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

T = TypeVar("T")


def shown(things: Iterable[T], name: str) -> Iterator[T]:
    """The same things, counted on standard error while they pass, where that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from things
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(name, total=None)
        for thing in things:
            progress.advance(task)
            yield thing
