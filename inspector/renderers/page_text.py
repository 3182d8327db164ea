"""A check's page as Markdown and as plain text, for documents and for other programs' formats."""

import re
from typing import Final

from inspector.pages import Page, plain
from inspector.renderers.markdown import escape, escape_line

_KEPT: Final = re.compile(r"(``?[^`\n]+``?|https?://[^\s<>()]*[^\s<>().,;:])")
"""Code and addresses: what our own prose may mark up."""

_ITEM: Final = "- "


def page_markdown(page: Page, level: int = 1) -> str:
    """Return the page as Markdown with its id as heading, ending in a newline."""
    lines = [f"{'#' * level} {page.id}", f"*{escape(page.title)}*"]
    lines.append(f"Group: {page.group}, severity: {page.severity}")
    for part in page.parts:
        heading = f"**{part.heading}:** " if part.heading is not None else ""
        for number, text in enumerate(part.paragraphs):
            if number == 0 and heading and not text.startswith(_ITEM):
                lines.append(f"{heading}{_prose(text)}")
            else:
                lines += [heading.strip()] if number == 0 and heading else []
                lines.append(_line(text))
    return "\n\n".join(lines) + "\n"


def page_text(page: Page) -> str:
    """Return the page's documentation as plain text, one line to a paragraph."""
    lines = []
    for part in page.parts:
        heading = f"{part.heading}: " if part.heading is not None else ""
        for number, text in enumerate(part.paragraphs):
            lines.append(f"{'' if number else heading}{plain(text)}")
    return "\n\n".join(lines)


def _line(text: str) -> str:
    if text.startswith(_ITEM):
        return f"{_ITEM}{_prose(text.removeprefix(_ITEM))}"
    return _prose(text) if _KEPT.match(text) else escape_line(text[:1]) + _prose(text[1:])


def _prose(text: str) -> str:
    """Return our own words, of which only code and addresses are more than their letters."""
    parts = _KEPT.split(text)
    for place, part in enumerate(parts):
        is_kept = place % 2 == 1
        if not is_kept:
            words = part.lstrip(" ")
            parts[place] = " " * (len(part) - len(words)) + escape(words)
        elif not part.startswith("`"):
            parts[place] = f"<{part}>"
    return "".join(parts)
