"""What a crawl needs from whoever answers its requests, and how it tells of its progress."""

from typing import Protocol

import msgspec

from inspector.collectors.reads import Request
from inspector.snapshot import Gap, GapReason


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one request.

    ``items`` are the wire documents: one for a resource, all pages' entries for a list. With a
    ``gap`` a list's items are those of the pages that came before it. ``is_absent`` is ARM's 404.
    """

    items: tuple[msgspec.Raw, ...] = ()
    pages: int = 1
    is_absent: bool = False
    gap: Gap | None = None


def gap_for(
    request: Request,
    reason: GapReason,
    *,
    status: int | None = None,
    code: str | None = None,
    message: str = "",
) -> Gap:
    """Return the gap that a request left open."""
    return Gap(
        target=request.target,
        listing=request.read.type if request.is_list else None,
        reason=reason,
        action=request.read.action,
        status=status,
        code=code,
        message=message,
    )


class Reader(Protocol):
    """Answers requests, from several threads at once."""

    def read(self, request: Request) -> Reply:
        """Return the answer; what Azure refuses or fails to give comes back as a gap.

        Raises ``AuthenticationError`` when there is no way to sign in at all.
        """


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """One round of requests that did not wait for each other."""

    number: int
    requests: int
    pages: int
    seconds: float


class Observer(Protocol):
    """Told of a crawl's progress, always from the thread that started it."""

    def wave_started(self, number: int, requests: int) -> None:
        """Hear that a wave of requests begins."""

    def answered(self, request: Request, reply: Reply) -> None:
        """Hear of one answer."""

    def wave_finished(self, wave: Wave) -> None:
        """Hear that every request of the wave is answered."""


class Silence:
    """An observer that keeps it to itself."""

    def wave_started(self, number: int, requests: int) -> None:
        """Ignore it."""

    def answered(self, request: Request, reply: Reply) -> None:
        """Ignore it."""

    def wave_finished(self, wave: Wave) -> None:
        """Ignore it."""
