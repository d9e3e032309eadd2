"""`python -m benchmarks`: run the comparison and keep its result."""

from __future__ import annotations

import argparse
import shlex
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from benchmarks import report, wrk
from benchmarks.install import HERE, WORK
from benchmarks.measures import Effort
from benchmarks.results import Results
from benchmarks.run import SERVERS, Run

_UNITS = {"k": 1_000, "m": 1_000_000}
OTHERS = [name for name in SERVERS if name != "ours"]


def size(text: str) -> int:
    """Read `1k`, `100k`, `1m` or a plain number."""
    unit = _UNITS.get(text[-1:].lower(), 1)
    value = int(text[:-1] if unit > 1 else text) * unit
    if value < 1000:
        raise argparse.ArgumentTypeError("the smallest store has 1,000 objects")
    return value


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1k,100k,1m", help="numbers of stored objects (default: %(default)s)")
    parser.add_argument("--peers", default=",".join(OTHERS), help="who else takes part (default: %(default)s)")
    parser.add_argument("--only", choices=["ours", "peers"], help="ours: with nginx alone; peers: without ours")
    parser.add_argument("--quick", action="store_true", help="1,000 objects, one short round, nothing kept")
    parser.add_argument("--rounds", type=int, help="rounds of each measurement")
    parser.add_argument("--fill-seconds", type=float, help="how long a peer may take to be filled")
    parser.add_argument("--output", type=Path, help="where the result is kept (default: benchmarks/RESULTS.md)")
    arguments = parser.parse_args(given)
    try:
        arguments.sizes = sorted({size(part) for part in _list(arguments.sizes)})
    except (ValueError, argparse.ArgumentTypeError) as error:
        parser.error(f"--sizes: {error}")
    if unknown := set(_list(arguments.peers)) - {*OTHERS, "none"}:
        parser.error(f"--peers: {', '.join(sorted(unknown))} is none of {', '.join(OTHERS)}")
    return arguments


def _names(arguments: argparse.Namespace) -> list[str]:
    names = ["ours", *(name for name in OTHERS if name in _list(arguments.peers))]
    if arguments.only == "ours":
        return [name for name in names if name in {"ours", "nginx"}]
    return [name for name in names if name != "ours"] if arguments.only == "peers" else names


def _effort(arguments: argparse.Namespace) -> Effort:
    effort = Effort(seconds=1.0, walk_seconds=5.0, rounds=1) if arguments.quick else Effort()
    if arguments.rounds:
        effort = replace(effort, rounds=arguments.rounds)
    if arguments.fill_seconds:
        effort = replace(effort, fill_seconds=arguments.fill_seconds)
    return effort


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(given: list[str]) -> int:
    """Run, print, keep."""
    arguments = _arguments(given)
    sizes = [1000] if arguments.quick else arguments.sizes
    results = Results(command=shlex.join(["python", "-m", "benchmarks", *given]))
    results.versions["load"] = {"wrk": wrk.version()}
    folder = WORK / "run"
    run = Run(_names(arguments), sizes, _effort(arguments), folder, results)
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()
    try:
        run.go()
    except KeyboardInterrupt:
        results.broken_off = "interrupted"
    except Exception as error:
        results.broken_off = str(error)
        raise
    finally:
        results.seconds = time.monotonic() - began
        shutil.rmtree(folder, ignore_errors=True)
        _keep(results, arguments)
    return 130 if results.broken_off else 0


def _keep(results: Results, arguments: argparse.Namespace) -> None:
    text = report.markdown(results)
    print(text)
    whole = not (arguments.quick or arguments.only or results.broken_off)
    output = arguments.output or (HERE / "RESULTS.md" if whole else None)
    if output is not None:
        output.write_text(text)
        print(f"kept in {output}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
