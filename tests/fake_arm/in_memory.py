"""A reader of a snapshot, without a network in between."""

import threading
from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from inspector.collectors.reader import Reply, gap_for
from inspector.collectors.reads import Request
from inspector.snapshot import GapReason, Snapshot
from tests.fake_arm.content import Content, Refusal


class InMemoryReader:
    """Answers a crawl as ARM would.

    ``refused`` maps a request to how many of its items still come before the refusal.
    """

    def __init__(self, snapshot: Snapshot, refused: Mapping[Request, int] | None = None) -> None:
        self._content = Content(snapshot)
        self._refused = refused or {}
        self._lock = threading.Lock()
        self.requests: list[Request] = []

    def read(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
        found = self._content.find(request.path)
        if request in self._refused:
            gap = gap_for(
                request,
                GapReason.FORBIDDEN,
                status=HTTPStatus.FORBIDDEN,
                code="AuthorizationFailed",
            )
            items = found if isinstance(found, tuple) else ()
            return Reply(items=items[: self._refused[request]], gap=gap)
        if isinstance(found, Refusal):
            assert found.status == HTTPStatus.NOT_FOUND, found
            return Reply(is_absent=True)
        return Reply(items=(found,) if isinstance(found, msgspec.Raw) else found)
