"""What ARM, and what stands between it and us, puts on the wire."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer; ``bytes_missing`` are announced in Content-Length and never sent."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = {}
    bytes_missing: int = 0


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an error in ARM's envelope."""
    body = msgspec.json.encode({"error": {"code": code, "message": message}})
    return Answer(status=status, body=body, headers=headers or {})


def forbidden() -> Answer:
    """Return ARM's refusal of a caller whose roles do not cover the action."""
    message = (
        "The client 'auditor' with object id '00000000-0000-0000-0000-0000000000aa' does not "
        "have authorization to perform the action, or the scope is invalid."
    )
    return error(HTTPStatus.FORBIDDEN, "AuthorizationFailed", message)


def throttled(retry_after_seconds: int | None) -> Answer:
    """Return ARM's plea to come back later."""
    headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
    message = "Number of read requests for subscription exceeded the limit. Please try again."
    return error(HTTPStatus.TOO_MANY_REQUESTS, "SubscriptionRequestsThrottled", message, headers)


def html(status: int) -> Answer:
    """Return a page of a proxy that stands in between."""
    body = b"<!DOCTYPE html><html><body>Sign in to the guest network</body></html>"
    return Answer(status=status, body=body, content_type="text/html")


def page(items: Sequence[msgspec.Raw], next_link: str | None = None) -> Answer:
    """Return one page of a list."""
    body = b'{"value":[' + b",".join(bytes(item) for item in items) + b"]"
    if next_link is not None:
        body += b',"nextLink":' + msgspec.json.encode(next_link)
    return Answer(body=body + b"}")
