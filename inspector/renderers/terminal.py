"""The terminal, through rich: tables where they fit, records where they do not."""

import io
from collections.abc import Iterable, Iterator
from typing import Final

import rich.table
import rich.text
import rich.tree
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding

from inspector.renderers.blocks import (
    Block,
    Commands,
    Facts,
    Heading,
    Paragraph,
    Table,
    Text,
    Tone,
    Tree,
)
from inspector.visible import visible

_STYLES: Final = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.WARNING: "yellow",
    Tone.MUTED: "dim",
}
_UNDERLINES: Final = {1: "═", 2: "─"}
_COLUMN_GAP: Final = 2
_MARGIN: Final = 2
_LONGEST_WHOLE: Final = 60
"""The longest word that is never torn: names are not, ARM ids may be."""


def render_terminal(blocks: Iterable[Block], *, width: int, color: bool) -> str:
    """Return the blocks as text for a terminal of ``width`` cells, with ANSI styles or without."""
    console = Console(
        file=io.StringIO(),
        width=width,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        for block in blocks:
            for renderable in _renderables(block, width):
                console.print(renderable, soft_wrap=isinstance(block, Commands))
    lines = (line.rstrip() for line in capture.get().splitlines())
    return "\n".join(lines).lstrip("\n") + "\n"


def _renderables(block: Block, width: int) -> Iterator[RenderableType]:
    match block:
        case Heading(level, text, tone):
            yield from _heading(level, visible(text), tone)
        case Paragraph(text):
            yield _indent(_text(text))
        case Facts(rows):
            yield _facts(rows, width - _MARGIN)
        case Table():
            yield from _table(block, width - _MARGIN)
        case Tree():
            yield _indent(_tree(block))
        case Commands(lines):
            for line in lines:
                yield _command(line)


def _heading(level: int, text: str, tone: Tone) -> Iterator[RenderableType]:
    yield ""
    yield rich.text.Text(text, style=f"bold {_STYLES[tone]}".strip())
    if level in _UNDERLINES:
        yield rich.text.Text(_UNDERLINES[level] * min(cell_len(text), 80), style="dim")


def _indent(renderable: RenderableType) -> RenderableType:
    return Padding(renderable, (0, 0, 0, _MARGIN), expand=False)


def _command(line: str) -> RenderableType:
    """Return a command in one line, however narrow the terminal: a torn one could not be copied."""
    return rich.text.Text(" " * 2 * _MARGIN + visible(line))


def _text(text: Text) -> rich.text.Text:
    return rich.text.Text(visible(text.text), style=_STYLES[text.tone], overflow="fold")


def _facts(rows: tuple[tuple[str, tuple[Text, ...]], ...], width: int) -> RenderableType:
    """Return the facts; a label may hold a name, and must leave room for the values."""
    longest = max(cell_len(visible(label)) for label, _ in rows)
    grid = rich.table.Table.grid(padding=(0, _COLUMN_GAP, 0, 0))
    grid.add_column(width=max(1, min(longest, width * 3 // 5)), overflow="fold")
    grid.add_column(overflow="fold")
    for label, lines in rows:
        for number, line in enumerate(lines):
            name = rich.text.Text(visible(label) if number == 0 else "", style="dim")
            grid.add_row(name, _text(line))
    return _indent(grid)


def _table(table: Table, width: int) -> Iterator[RenderableType]:
    if not table.rows:
        yield _indent(rich.text.Text("none", style="dim"))
    else:
        widths = _column_widths(table, width)
        yield _records(table, width) if widths is None else _indent(_grid(table, widths))
    if table.note:
        note = rich.text.Text(visible(table.note), style="dim italic")
        yield _indent(note)


def _column_widths(table: Table, width: int) -> list[int] | None:
    """Return the columns' widths; ``None`` if the table would have to tear names.

    Each column has what its longest word needs, and a share of the rest in proportion to what it
    lacks to be printed without a break.
    """
    narrowest, natural = [], []
    for index, name in enumerate(table.columns):
        texts = [visible(name), *(visible(row[index].text) for row in table.rows)]
        longest = max(cell_len(word) for text in texts for word in text.split(" "))
        narrowest.append(max(cell_len(texts[0]), min(longest, _LONGEST_WHOLE)))
        natural.append(max(map(cell_len, texts)))
    spare = width - sum(narrowest) - _COLUMN_GAP * len(narrowest)
    if spare < 0:
        return None
    lacking = [most - least for least, most in zip(narrowest, natural, strict=True)]
    share = min(1.0, spare / max(1, sum(lacking)))
    return [least + int(lack * share) for least, lack in zip(narrowest, lacking, strict=True)]


def _grid(table: Table, widths: list[int]) -> RenderableType:
    """Return the table; one whose cells all fit is put together line by line, many times faster."""
    if all(
        cell_len(visible(cell.text)) <= width
        for row in table.rows
        for cell, width in zip(row, widths, strict=True)
    ):
        return _lines(table, widths)
    grid = rich.table.Table(
        box=None, padding=(0, _COLUMN_GAP, 0, 0), header_style="dim", pad_edge=False
    )
    for name, width in zip(table.columns, widths, strict=True):
        grid.add_column(visible(name), overflow="fold", width=width)
    for row in table.rows:
        grid.add_row(*map(_text, row))
    return grid


def _lines(table: Table, widths: list[int]) -> rich.text.Text:
    lines = rich.text.Text(no_wrap=True, overflow="ignore")
    header = [Text(name, Tone.MUTED) for name in table.columns]
    for number, row in enumerate((tuple(header), *table.rows)):
        if number:
            lines.append("\n")
        for cell, width in zip(row, widths, strict=True):
            text = visible(cell.text)
            lines.append(text, _STYLES[cell.tone] or None)
            lines.append(" " * (width + _COLUMN_GAP - cell_len(text)))
    return lines


def _records(table: Table, width: int) -> RenderableType:
    """Return each row as labelled values, for a terminal too narrow for the table."""
    grid = rich.table.Table.grid()
    grid.add_column(width=_MARGIN)
    grid.add_column(overflow="fold")
    for row in table.rows:
        for number, line in enumerate(_record_lines(table.columns, row, width - _MARGIN)):
            grid.add_row(rich.text.Text("" if number else "-", style="dim"), line)
    return _indent(grid)


def _record_lines(
    columns: tuple[str, ...], row: tuple[Text, ...], width: int
) -> Iterator[rich.text.Text]:
    """Yield the labelled values of a row, as many to a line as fit whole.

    What a column without a name holds speaks for itself.
    """
    line = rich.text.Text(overflow="fold")
    for name, cell in zip(columns, row, strict=True):
        label = f"{visible(name)}: " if name else ""
        pair = rich.text.Text.assemble((label, "dim"), _text(cell), overflow="fold")
        if line and line.cell_len + _COLUMN_GAP + pair.cell_len > width:
            yield line
            line = pair
        else:
            line = rich.text.Text(" " * _COLUMN_GAP).join((line, pair)) if line else pair
    yield line


def _tree(tree: Tree) -> rich.tree.Tree:
    drawn = rich.tree.Tree(_text(tree.label), guide_style="dim")
    _grow(drawn, tree.children)
    return drawn


def _grow(branch: rich.tree.Tree, children: tuple[Tree, ...]) -> None:
    for child in children:
        _grow(branch.add(_text(child.label)), child.children)
