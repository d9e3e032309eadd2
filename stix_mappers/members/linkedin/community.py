"""Community reports: totals by category and stage, one note a report (platform-records.md, section 9)."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct

from stix_mappers.counts import counts_in
from stix_mappers.members import Desk
from stix_mappers.members.fields import Fields
from stix_mappers.moments import is_moment
from stix_mappers.record import Network, Precision, Record, Source
from stix_mappers.record_metrics import Metric

_HALF: Final = re.compile(
    r"(?<!\d)(?P<year>20\d\d)[\s_-]{0,2}(?P<part>[HQ])(?P<number>[1-4])(?!\d)"
    r"|(?<![A-Z])(?P<first>[HQ])(?P<count>[1-4])[\s_-]{0,2}(?P<after>20\d\d)(?!\d)",
    re.IGNORECASE,
)
_MONTHS: Final = re.compile(r"(January|July)\s*(?:[-–—]|to|through)\s*(June|December),?\s+(20\d\d)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"([\d,]{1,20}(?:\.\d{1,6})?)\s*(%|percent)?")
_VALUES: Final = ("value", "count", "number", "total", "figure")
_CATEGORIES: Final = ("category", "type", "metric", "policy", "name")
_STAGES: Final = ("stage", "detectionstage", "action")
_MORE: Final = re.compile(r"more than|over|at least|above|exceed", re.IGNORECASE)
_LESS: Final = re.compile(r"less than|fewer|under|below|up to|at most", re.IGNORECASE)
_MOST_REPORTS: Final = 1_000
_MOST_FIGURES: Final = 10_000


class Span(Struct, frozen=True):
    """The time a report is about; `until` only where no half year, quarter or month says it."""

    at: str
    precision: Precision
    until: str | None = None


class _Report(Struct):
    row: Fields
    span: Span
    figures: list[Metric]


def are_reports(keys: frozenset[str]) -> bool:
    """Tell whether these keys are those of a report, or of one figure of a report in a table."""
    timed = bool(keys & {"periodstart", "period", "report", "start", "half", "reportingperiod"})
    return timed and ("metrics" in keys or bool(keys & set(_VALUES) and keys & {"category", "metric", "stage"}))


def records(desk: Desk, rows: Iterable[Fields]) -> Iterator[Record]:
    """Yield one record of totals for each report; the rows of a table are gathered by report and time."""
    reports: dict[str, _Report] = {}
    for row in rows:
        span = span_of(row)
        if span is None:
            desk.skip(row.line, "unusable-value", row.text("report", "period"), "tells no time")
            continue
        key = f"{row.text('report', 'reportid', 'title') or 'linkedin-community-report'}:{span.at}"
        report = reports.get(key)
        if report is None and len(reports) < _MOST_REPORTS:
            report = reports[key] = _Report(row, span, [])
        if report is not None:
            report.figures.extend(_figures(desk, row)[: _MOST_FIGURES - len(report.figures)])
    for report in reports.values():
        yield from _record(desk, report)


def _record(desk: Desk, report: _Report) -> Iterator[Record]:
    if not report.figures:
        return
    row, span = report.row, report.span
    name = row.text("report", "reportid", "title") or f"linkedin-community-report-{span.at.lower()}"
    source = row.text("source", "url")
    is_link = source.startswith(("https://", "http://"))
    yield Record(
        record_id=f"linkedin:{name}"[:300],
        member="linkedin",
        service="linkedin",
        kind="metric",
        action="observed",
        action_at=span.at,
        action_at_precision=span.precision,
        network=Network(id=name[:200], published=row.day("published", "publishedat", "date")),
        tlp=desk.tlp or "clear",
        source=Source(
            url=source if is_link else None,
            file=desk.source.name,
            row=row.line,
            x_comment=source if source and not is_link else None,
        ),
        synthetic=row.flag("synthetic") or False,
        x_metrics=tuple(report.figures),
        x_period_end=span.until,
    )


def span_of(row: Fields) -> Span | None:
    """Return the time of a report: by its first and last day, else by the half year it names."""
    start = row.text("periodstart", "start", "from", "startdate")[:10]
    end = row.text("periodend", "end", "to", "enddate")[:10]
    if len(start) == len(end) == 10 and is_moment(start) and is_moment(end) and start <= end:
        return _span_of_days(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    named = " ".join((row.text("period", "reportingperiod", "half"), row.text("report", "reportid", "title")))
    if found := _HALF.search(named):
        year, part = found["year"] or found["after"], (found["part"] or found["first"]).upper()
        number = int(found["number"] or found["count"])
        if part == "Q" or number < 3:
            return Span(f"{year}-{part}{number}", "quarter" if part == "Q" else "half")
    if months := _MONTHS.search(named):
        return Span(f"{months[3]}-H{1 if months[1].lower() == 'january' else 2}", "half")
    return None


def _span_of_days(start: dt.date, end: dt.date) -> Span:
    """Return the half year, quarter or month that two days bound, else the days themselves."""
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    whole = start.day == 1 and (end + dt.timedelta(days=1)).day == 1
    if whole and months == 6 and start.month in (1, 7):
        return Span(f"{start.year}-H{start.month // 6 + 1}", "half")
    if whole and months == 3 and start.month % 3 == 1:
        return Span(f"{start.year}-Q{start.month // 3 + 1}", "quarter")
    if whole and months == 1:
        return Span(f"{start.year}-{start.month:02d}", "month")
    return Span(start.isoformat(), "day", end.isoformat())


def _figures(desk: Desk, row: Fields) -> list[Metric]:
    told = row.objects("metrics", "figures", "totals") if "metrics" in row.told else [row]
    found: list[Metric] = []
    for figure in told:
        metric = _figure(figure)
        if metric is None:
            desk.skip(row.line, "unusable-value", figure.text(*_VALUES, *_CATEGORIES), "is no figure of a category")
        else:
            found.append(metric)
    return found


def _figure(figure: Fields) -> Metric | None:
    """Return one figure; stages and categories stay as LinkedIn names them."""
    category, written = figure.text(*_CATEGORIES), figure.text(*_VALUES)
    value, percent = _value(written)
    if not category or value is None:
        return None
    said = " ".join((figure.text("qualifier"), written))
    qualifier = _qualifier(said)
    return Metric(
        category=category[:200],
        stage=figure.text(*_STAGES)[:200] or None,
        value=value,
        unit=figure.text("unit", "units") or ("percent" if percent else None),
        approx=figure.flag("approx", "approximate", "rounded") or qualifier is not None,
        qualifier=qualifier,
    )


def _value(written: str) -> tuple[int | float | None, bool]:
    """Return a number and whether it is a percentage: `19,500,000`, `98.4`, `93%`, `more than 33 million`."""
    found = _NUMBER.fullmatch(written)
    if found and found[1].strip(","):
        number = float(found[1].replace(",", ""))
        return (int(number) if number.is_integer() and "." not in found[1] else number), bool(found[2])
    counted = counts_in(f"{written} accounts") if written else ()
    return (counted[0].value if counted else None), False


def _qualifier(said: str) -> Literal["about", "less than", "more than"] | None:
    if _MORE.search(said):
        return "more than"
    if _LESS.search(said):
        return "less than"
    return "about" if re.search(r"about|around|approx|nearly|almost|roughly|~", said, re.IGNORECASE) else None
