"""How a section says that a part of it could not be seen."""

from collections.abc import Iterable, Iterator

from inspector.renderers.blocks import Block, Paragraph, Text, Tone
from inspector.report import Unknown


def lay_out_missing(missing: Iterable[Unknown]) -> Iterator[Block]:
    """Yield one paragraph for each thing the section could not see."""
    for each in missing:
        yield Paragraph(
            Text(
                f"Not visible here: {each.unknown} ({each.reason}); needs {each.action}",
                Tone.WARNING,
            )
        )
