"""What the answers to further questions say, in which order and words, whatever the format."""

from collections.abc import Iterator
from typing import assert_never

from inspector.changes import Changes
from inspector.comparison import ClusterComparison
from inspector.planning import Plan
from inspector.renderers.blocks import Block
from inspector.renderers.layout.changes import lay_out_changes
from inspector.renderers.layout.comparison import lay_out_comparison
from inspector.renderers.layout.planning import lay_out_plan


def lay_out_question(
    answer: ClusterComparison | Changes | Plan, *, show_all: bool
) -> Iterator[Block]:
    """Yield a whole answer; ``show_all`` cuts nothing."""
    match answer:
        case ClusterComparison():
            return lay_out_comparison(answer, show_all=show_all)
        case Changes():
            return lay_out_changes(answer, show_all=show_all)
        case Plan():
            return lay_out_plan(answer, show_all=show_all)
        case _:
            assert_never(answer)
