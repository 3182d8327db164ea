"""The rows on checks: the worst of them, how many more there are, and who skips which check."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from inspector.comparison import Row
from inspector.findings import Severity
from inspector.renderers.blocks import Block, Heading, Table, row
from inspector.wording import count

_MOST_CHECKS: Final = 17


def worst_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows without those of info, of as many checks as can be read at once."""
    told = [each for each in rows if each.severity is not Severity.INFO]
    sums = [each for each in told if each.severity is None]
    return tuple(told[: len(sums) + _MOST_CHECKS])


def rest_in_words(rows: Sequence[Row], shown: Sequence[Row]) -> str | None:
    """Return how many checks are not among those shown, by severity, if there are any."""
    severities = Counter(each.severity for each in rows[len(shown) :])
    if not severities:
        return None
    parts = ", ".join(f"{severities[each]} {each}" for each in Severity if severities[each])
    return f"they differ in {count(severities.total(), 'more check')}: {parts}; --all shows them"


def without_skips(explained: Row) -> Row:
    """Return the row without the reasons why clusters skip the check."""
    cells = (
        each if each.value is not None else msgspec.structs.replace(each, why=None)
        for each in explained.cells
    )
    return msgspec.structs.replace(explained, cells=tuple(cells))


def lay_out_skips(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[Block]:
    """Yield why checks do not apply to a cluster, each reason once with its checks."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in rows:
        for column, cell in zip(columns, each.cells, strict=True):
            if cell.value is None and cell.why:
                found.setdefault((column, cell.why), []).append(each.title)
    if found:
        yield Heading(3, "Does not apply")
        yield Table(
            columns=("Cluster", "Why", "Checks"),
            rows=tuple(row(column, why, ", ".join(ids)) for (column, why), ids in found.items()),
        )
