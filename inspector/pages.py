"""A check's page: what the check is, and its documentation in parts."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from inspector.checking import Check
from inspector.checks import all_checks
from inspector.findings import Group, Severity

_PART: Final = re.compile(
    r"(What|Why it matters|How it is decided|How to fix|Sources?):(?=\s|$)\s*(.*)", re.DOTALL
)
_CODE: Final = re.compile(r"``?([^`]+)``?")


class Part(msgspec.Struct, frozen=True):
    """A part of a page; the first one has no heading."""

    heading: str | None
    paragraphs: tuple[str, ...]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a user may read about a check; ``severity`` is what its findings mostly have."""

    id: str
    title: str
    group: Group
    severity: Severity
    documentation: str

    @property
    def claim(self) -> str:
        """What should hold, in a sentence."""
        first = self.parts[:1]
        return first[0].paragraphs[0] if first and first[0].paragraphs else self.title

    @property
    def parts(self) -> tuple[Part, ...]:
        """The documentation in parts, each paragraph and each item of a list as one line."""
        found: list[tuple[str | None, list[str]]] = [(None, [])]
        for paragraph in _paragraphs(self.documentation):
            part = _PART.match(paragraph)
            if part is not None:
                found.append((part.group(1), []))
            text = part.group(2) if part is not None else paragraph
            found[-1][1].extend([text] if text else [])
        return tuple(Part(heading, tuple(texts)) for heading, texts in found if heading or texts)


def page_of(check: Check) -> Page:
    """Return the page of a check."""
    return Page(
        id=check.id,
        title=check.title,
        group=check.group,
        severity=check.severity,
        documentation=check.documentation.strip(),
    )


def find_page(check_id: str) -> Page | None:
    """Return the page of the check of an id."""
    found = next((each for each in all_checks() if each.id == check_id), None)
    return page_of(found) if found is not None else None


def plain(text: str) -> str:
    """Return a paragraph without the marks around code."""
    return _CODE.sub(r"\1", text)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield paragraphs and items of lists, without their line breaks."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for item in re.split(r"\n\s*(?=- )", paragraph.strip()):
            yield " ".join(item.split())
