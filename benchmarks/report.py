"""Results as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import machine
from benchmarks.budgets import BUDGETS
from benchmarks.results import Cell, Ratio, Results, Row, Table

TITLES = {"ours": "this server", "medallion": "medallion", "opentaxii": "OpenTAXII", "nginx": "nginx"}


def markdown(results: Results) -> str:
    """Return the whole report."""
    parts = [_head(results), _budgets(results)]
    parts += [_table(table) for table in results.tables.values()]
    return "\n\n".join(parts) + "\n"


def _head(results: Results) -> str:
    lines = [
        "# Results of the last run",
        "",
        f"- **Run**: {machine.today()}, {results.seconds / 60:.0f} minutes; repeat it with `{results.command}`.",
        f"- **Machine**: {machine.describe()}; the load generator runs on the same cores.",
        f"- **Measured commit**: {machine.commit()}.",
    ]
    for name, versions in results.versions.items():
        said = ", ".join(f"{package} {version}" for package, version in versions.items())
        lines.append(f"- **{TITLES.get(name, name)}**: {said}.")
    if results.broken_off:
        lines.append(f"- **Broken off**: {results.broken_off}. What follows is what was measured by then.")
    lines += [
        "",
        "Each cell is the median of the rounds with the range in brackets. A factor says how many times better this",
        "server is, as the median of the factors of the rounds; `of nginx` is the share of nginx's rate. † marks",
        "a poll that was broken off by its time limit: the rate is that of the part it got through. What is measured,",
        "and how, is told in `benchmarks/README.md`.",
    ]
    return "\n".join(lines)


def _budgets(results: Results) -> str:
    lines = ["## Budgets", "", "| what | budget | measured | kept |", "| --- | --- | --- | --- |"]
    for budget in BUDGETS:
        verdict = budget.judge(results)
        kept = {True: "yes", False: "**no**", None: "–"}[verdict.kept]
        lines.append(f"| {budget.what} | {budget.budget} | {verdict.measured} | {kept} |")
    return "\n".join(lines)


def _table(table: Table) -> str:
    servers = [name for name in TITLES if any(name == server for _, server in table.cells)]
    header, rule = ["what", "unit"], ["---", "---"]
    for name in servers:
        header += [TITLES[name]] if name == "ours" else [TITLES[name], _ratio_title(name)]
        rule += ["---:"] if name == "ours" else ["---:", "---:"]
    lines = [f"## {table.stored:,} objects stored", "", _line(header), _line(rule)]
    lines += [_line([row.title, row.unit, *_cells(table, row, servers)]) for row in table.rows]
    if table.notes:
        lines += ["", *(f"- {_one_line(note)}" for note in dict.fromkeys(table.notes))]
    return "\n".join(lines)


def _ratio_title(name: str) -> str:
    return "of nginx" if name == "nginx" else "factor"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cells(table: Table, row: Row, servers: list[str]) -> Iterator[str]:
    for name in servers:
        yield _cell(table.cell(row.key, name))
        if name == "nginx":
            yield _share(table.ratio(row.key, name))
        elif name != "ours":
            yield _factor(_better(table, row, name))


def _better(table: Table, row: Row, name: str) -> Ratio | None:
    if row.higher_is_better:
        return table.ratio(row.key, name)
    return table.ratio(row.key, "ours", name)


def _cell(cell: Cell) -> str:
    if cell.median is None:
        return cell.note or "–"
    said = number(cell.median) + ("†" if cell.part else "")
    if len(cell.values) > 1:
        said += f" [{number(min(cell.values.values()))}–{number(max(cell.values.values()))}]"
    return said


def _factor(ratio: Ratio | None) -> str:
    return f"× {number(ratio.median)}" if ratio else "–"


def _share(ratio: Ratio | None) -> str:
    if ratio is None:
        return "–"
    spread = f" [{ratio.least:.2f}–{ratio.most:.2f}]" if ratio.most else ""
    return f"{ratio.median:.2f}{spread}"


def number(value: float) -> str:
    """Write a number with three significant digits or all before the point."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _one_line(text: str) -> str:
    return " ".join(text.replace("|", "/").split())[:300]
