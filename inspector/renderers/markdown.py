"""GitHub-flavoured Markdown."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from inspector.renderers.blocks import Block, Commands, Facts, Heading, Paragraph, Table, Text, Tree
from inspector.visible import visible

_ANYWHERE: Final = re.compile(r"[\\`*\[\]<>|~$&@#]|://|(?i:www)(?=\.)|(?<![^\W_])_|_(?![^\W_])")
_AT_START: Final = re.compile(r"[+=:-]|\d+(?=[.)](?:\s|$))")
_ENTITIES: Final = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "://": "&#58;//"}
_SHORTEST_FENCE: Final = 3
_SPACE: Final = "&#32;"
_BREAK: Final = "&#8203;"
"""A zero-width space: GitHub makes links of the finished text, where no escape is left."""


def render_markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as one Markdown document, ending in a newline."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"


def escape(text: str) -> str:
    """Return text from Azure so that Markdown and HTML show it and do nothing with it.

    It fits inside a line: a table cell, or behind other text.
    """
    shown = _ANYWHERE.sub(_escape_match, visible(text))
    return f"{_SPACE}{shown[1:]}" if shown.startswith(" ") else shown


def escape_line(text: str) -> str:
    """Return text so that it may begin a line: it is no list, heading or rule there either."""
    shown = escape(text)
    start = _AT_START.match(shown)
    if start is None:
        return shown
    mark, rest = start.group(), shown[start.end() :]
    return f"{mark}\\{rest}" if mark.isdecimal() else f"\\{mark}{rest}"


def _escape_match(match: re.Match[str]) -> str:
    found = match.group()
    if found == "@" or found.lower() == "www":
        return found + _BREAK
    return _ENTITIES.get(found, f"\\{found}")


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {escape_line(text)}"
        case Paragraph(text):
            yield escape_line(text.text)
        case Facts(rows):
            yield from _table_lines(
                ("Property", "Value"), [(Text(f"{label}"), *lines) for label, lines in rows]
            )
        case Table():
            yield from _table_lines(block.columns, block.rows)
            if block.note:
                yield ""
                yield f"*{escape(block.note)}*"
        case Tree():
            yield from _tree_lines(block, 0)
        case Commands(lines):
            yield from _fenced(lines)


def _fenced(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines between fences longer than any run of backticks in them."""
    shown = list(map(visible, lines))
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    yield f"{fence}sh"
    yield from shown
    yield fence


def _table_lines(columns: tuple[str, ...], rows: Iterable[tuple[Text, ...]]) -> Iterator[str]:
    yield _row_line(map(escape, columns))
    yield _row_line("---" for _ in columns)
    for row in rows:
        first = [escape(cell.text) for cell in row[: len(columns) - 1]]
        last = "<br>".join(escape(cell.text) for cell in row[len(columns) - 1 :])
        yield _row_line([*first, last])


def _row_line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _tree_lines(tree: Tree, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- {escape_line(tree.label.text)}"
    for child in tree.children:
        yield from _tree_lines(child, depth + 1)
