"""A verdict in the making: faults, doubts and gaps are noted, then weighed."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from inspector.checking.check import Decision, Failed, Passed, Problem, Undecided
from inspector.checking.subject import Subject
from inspector.collected import NotCollected
from inspector.findings import Evidence
from inspector.snapshot import Gap
from inspector.wording import names


class Verdict:
    """What a check notes while it looks, and what that comes to.

    Used as a context manager it notes what could not be seen and goes on after the block.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._problems: list[Problem] = []
        self._gaps: dict[Gap, None] = {}
        self._doubts: dict[str, None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, NotCollected):
            self.miss(error.gap)
            return True
        return False

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The faults noted so far."""
        return tuple(self._problems)

    @property
    def is_complete(self) -> bool:
        """Whether everything looked at so far could be seen."""
        return not self._gaps

    def add(self, problem: Problem) -> None:
        """Note a fault."""
        self._problems.append(problem)

    def miss(self, *gaps: Gap) -> None:
        """Note what could not be seen and may hide a fault."""
        self._gaps.update(dict.fromkeys(gaps))

    def doubt(self, reason: str) -> None:
        """Note why a pass would claim too much although everything was seen."""
        self._doubts[reason] = None

    def conclude(self, passed: str, *, failed: str, evidence: Iterable[Evidence] = ()) -> Decision:
        """Weigh what was noted: a fault that was seen, then what is unknown, then a pass.

        A mismatch of counts is a doubt while the cluster is changing. ``passed`` and ``failed``
        are the messages, with their denominators; ``evidence`` is what a pass rests on.
        """
        motion = self._subject.motion
        problems = [each for each in self._problems if motion is None or not each.is_count]
        if motion is not None and len(problems) < len(self._problems):
            unsettled = (each.message for each in self._problems if each.is_count)
            self.doubt(f"{motion}; {'; '.join(unsettled)}")
        gaps = tuple(self._gaps)
        if problems:
            return Failed(failed, tuple(problems), gaps)
        if gaps or self._doubts:
            return Undecided(self._why(gaps), gaps)
        return Passed(passed, tuple(evidence))

    def _why(self, gaps: tuple[Gap, ...]) -> str:
        reasons = list(self._doubts)
        if gaps:
            unseen = dict.fromkeys(
                f"the list of {gap.listing}" if gap.listing else gap.target.name for gap in gaps
            )
            reasons.append(f"{names(unseen)} could not be seen")
        return "; ".join(reasons)
