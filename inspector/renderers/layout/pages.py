"""A check's page, and the list of all checks."""

from collections.abc import Iterable, Iterator

from inspector.pages import Page, plain
from inspector.renderers.blocks import Block, Heading, Paragraph, Text, facts, row, table


def lay_out_page(page: Page, level: int = 1) -> Iterator[Block]:
    """Yield the page, its heading on ``level``."""
    yield Heading(level, f"{page.id}: {page.title}" if level == 1 else f"About {page.id}")
    if level == 1:
        yield facts(("Group", page.group), ("Severity", page.severity))
    for part in page.parts:
        if part.heading is not None:
            yield Heading(level + 1, part.heading)
        for each in part.paragraphs:
            yield Paragraph(Text(plain(_sentence(each))))


def _sentence(text: str) -> str:
    """Return a paragraph with a capital letter, unless it begins with a name."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def lay_out_pages(pages: Iterable[Page]) -> Iterator[Block]:
    """Yield all checks in one table."""
    yield Heading(1, "Checks")
    yield table(("Check", "Group", "Severity", "Title"), pages, _line, most=None)


def _line(page: Page) -> tuple[Text, ...]:
    return row(page.id, page.group, page.severity, page.title)
