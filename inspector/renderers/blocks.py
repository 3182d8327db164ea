"""A document in format-free pieces: what the terminal and Markdown both print."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from inspector.report import Unknown
from inspector.wording import count

T = TypeVar("T")
ABSENT = "-"
UNKNOWN = "unknown"


class Tone(StrEnum):
    """What a text means, for formats that have colours."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    MUTED = "muted"


class Text(msgspec.Struct, frozen=True):
    """A piece of text, raw: the renderer makes it safe for its format."""

    text: str
    tone: Tone = Tone.PLAIN


class Heading(msgspec.Struct, frozen=True):
    """A heading; level 1 is the document's title."""

    level: int
    text: str
    tone: Tone = Tone.PLAIN


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph."""

    text: Text


class Facts(msgspec.Struct, frozen=True):
    """Labels with their values; a value may have several lines."""

    rows: tuple[tuple[str, tuple[Text, ...]], ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table; ``note`` says what was folded or cut and how to see it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    note: str | None = None


class Tree(msgspec.Struct, frozen=True):
    """A label with everything below it."""

    label: Text
    children: "tuple[Tree, ...]" = ()


class Commands(msgspec.Struct, frozen=True):
    """Commands to copy into a shell, one to a line; a line is never broken."""

    lines: tuple[str, ...]


Block = Heading | Paragraph | Facts | Table | Tree | Commands


def show(value: Any) -> Text:
    """Return a report's value as text: absent, unknown and known look different."""
    if value is None or value in {"", ()}:
        return Text(ABSENT, Tone.MUTED)
    if isinstance(value, Unknown):
        return Text(UNKNOWN, Tone.WARNING)
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, tuple):
        return join(show(each) for each in value)
    return Text(str(value))


def join(texts: Iterable[Text]) -> Text:
    """Return several texts as one; it warns if one of them does."""
    several = tuple(texts)
    tone = Tone.WARNING if any(each.tone is Tone.WARNING for each in several) else Tone.PLAIN
    return Text(", ".join(each.text for each in several), tone)


def facts(*rows: tuple[str, Any]) -> Facts:
    """Return facts from report values; a list of texts stays one line each."""
    return Facts(
        tuple(
            (label, tuple(value) if isinstance(value, list) else (_as_text(value),))
            for label, value in rows
        )
    )


def row(*values: Any) -> tuple[Text, ...]:
    """Return one row of a table from report values."""
    return tuple(map(_as_text, values))


def table(
    columns: tuple[str, ...],
    items: Iterable[T],
    cells: Callable[[T], tuple[Text, ...]],
    *,
    most: int | None,
    notes: Iterable[str] = (),
) -> Table:
    """Return a table with a row for each item; it says what it leaves out.

    Only the first ``most`` rows are there, and as many of the others with a cell that warns.
    """
    rows = [cells(item) for item in items]
    said = list(notes)
    shown = rows
    if most is not None and len(rows) > most:
        marked = [each for each in rows[most:] if any(map(_is_marked, each))]
        shown = rows[:most] + marked[:most]
        rest = f"{len(rows) - len(shown)} more of {len(rows)} rows: --all shows them"
        if marked:
            rest += f"; of {count(len(marked), 'row')} with a warning {len(marked[:most])} here"
        said.append(rest)
    return Table(columns=columns, rows=tuple(shown), note="; ".join(said) or None)


def _is_marked(cell: Text) -> bool:
    return cell.tone is Tone.WARNING or cell.tone is Tone.BAD


def _as_text(value: Any) -> Text:
    return value if isinstance(value, Text) else show(value)
