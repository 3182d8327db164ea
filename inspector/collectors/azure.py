"""Azure Resource Manager through the SDK's own pipelines, raw bodies out, never a write."""

import contextlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import msgspec
import requests
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.network import NetworkManagementClient

from inspector.collectors.clouds import Cloud
from inspector.collectors.credentials import SharedCredential
from inspector.collectors.reader import Reply, gap_for
from inspector.collectors.reads import Request
from inspector.errors import AuthenticationError, CollectionError
from inspector.snapshot import GapReason

_CONNECTIONS: Final = 32
_BLOCK: Final = 1 << 20  # bodies are read in blocks of 4 KiB otherwise, at 1.2 times the CPU time
_RETRIES: Final = 4
_LONGEST_BACKOFF_SECONDS: Final = 20
_MOST_PAGES: Final = 10_000
_MESSAGE_LENGTH: Final = 800
_NOT_PROOF_OF_ABSENCE: Final = frozenset(
    {"subscriptionnotfound", "invalidresourcetype", "invalidresourcenamespace"}
)
"""404s that say ARM does not know the question, not that the resource does not exist."""


_REASONS: Final[dict[int, GapReason]] = {
    HTTPStatus.UNAUTHORIZED: GapReason.FORBIDDEN,
    HTTPStatus.FORBIDDEN: GapReason.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS: GapReason.THROTTLED,
}


_PLAIN_URL: Final = re.compile(
    r"https://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?=[/?]|$)", re.IGNORECASE
)
_AMBIGUOUS: Final = frozenset('\\{}#"<>^`| ')


class RefusedRequest(CollectionError):
    """A request that this program must never send."""


class ReadOnly(SansIOHTTPPolicy[Any, Any]):
    """GET requests to ARM's own address and nothing else, before the token is added.

    It also stops what other policies send by themselves, such as the registration of a resource
    provider, and keeps the token from following a link to another host.
    """

    def __init__(self, endpoint: str) -> None:
        self._origin = _origin(endpoint)

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Raise ``RefusedRequest`` for any other request."""
        sent = request.http_request
        if sent.method != "GET":
            raise RefusedRequest(
                f"refused to send {sent.method} {sent.url}: this program only reads"
            )
        if _origin(sent.url) != self._origin:
            host, port = _origin(sent.url)
            raise RefusedRequest(f"refused to send the token to {host}:{port}")


class _Page(msgspec.Struct):
    value: tuple[msgspec.Raw, ...]
    next_link: str | None = msgspec.field(name="nextLink", default=None)


class _Error(msgspec.Struct):
    code: str | None = None
    message: str | None = None


class _ErrorBody(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


class AzureReader:
    """Answers a crawl's requests from ARM; safe to use from several threads.

    The three management clients share nothing but the credential; each keeps its own connections.
    """

    def __init__(self, credential: TokenCredential, cloud: Cloud, user_agent: str) -> None:
        self._cloud = cloud
        self._shared = SharedCredential(credential)
        self._user_agent = user_agent
        self._open = contextlib.ExitStack()
        self._clients: dict[str, Any] = {}

    def connect(self, subscription: str, ca_bundle: str | None) -> Self:
        """Make the clients; nothing is sent yet."""
        kinds: dict[str, Callable[..., AbstractContextManager[Any]]] = {
            "microsoft.containerservice": ContainerServiceClient,
            "microsoft.network": NetworkManagementClient,
            "microsoft.compute": ComputeManagementClient,
        }
        for namespace, kind in kinds.items():
            client = kind(
                self._shared,
                subscription,
                base_url=self._cloud.endpoint,
                credential_scopes=[self._cloud.scope],
                per_retry_policies=[ReadOnly(self._cloud.endpoint)],
                transport=_transport(ca_bundle),
                user_agent=self._user_agent,
                retry_total=_RETRIES,
                retry_backoff_max=_LONGEST_BACKOFF_SECONDS,
                permit_redirects=False,
            )
            self._clients[namespace] = self._open.enter_context(client)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def read(self, request: Request) -> Reply:
        """Read one resource, or every page of one list.

        Raises ``AuthenticationError`` when no token can be had.
        """
        items: list[msgspec.Raw] = []
        pages = 0
        try:
            for reply in self._replies(request):
                pages += 1
                items.extend(reply.items)
                if reply.gap is not None or reply.is_absent:
                    return msgspec.structs.replace(reply, items=tuple(items), pages=pages)
        except ClientAuthenticationError as error:
            raise AuthenticationError(
                f"could not sign in: {_sign_in_failure(error.message)}"
            ) from None
        except (AzureError, RefusedRequest, OSError) as error:  # OSError: no such CA file
            return _failed(request, items, pages + 1, str(error))
        return Reply(items=tuple(items), pages=pages)

    def _replies(self, request: Request) -> Iterator[Reply]:
        link: str | None = (
            f"{self._cloud.endpoint}{quote(request.path)}?api-version={request.read.api_version}"
        )
        seen: set[str] = set()
        while link is not None:
            if link in seen or len(seen) >= _MOST_PAGES:
                yield _failed(request, (), 0, "the pages of the list never end")
                return
            seen.add(link)
            _origin(link)  # before the SDK takes the link apart in its own way
            status, body = self._get(request, link)
            if status != HTTPStatus.OK:
                yield _refusal(request, status, body)
                return
            try:
                link, reply = _parse(request, body)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                link, reply = (
                    None,
                    _failed(request, (), 1, f"the answer is not ARM's JSON: {error}"),
                )
            yield reply

    def _get(self, request: Request, url: str) -> tuple[int, bytes]:
        namespace = request.read.type.split("/", 1)[0].lower()
        client = self._clients.get(namespace) or self._clients["microsoft.containerservice"]
        # Streaming keeps the pipeline from parsing the body: we want the bytes.
        response = client.send_request(
            HttpRequest("GET", url, headers={"Accept": "application/json"}), stream=True
        )
        with response:
            return response.status_code, response.read()


def _transport(ca_bundle: str | None) -> RequestsTransport:
    session = requests.Session()
    session.auth = lambda request: request  # else a .netrc entry would replace the token
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=_CONNECTIONS))
    # A transport of one's own does not see the client's connection_verify.
    verify = {"connection_verify": ca_bundle} if ca_bundle else {}
    return RequestsTransport(
        session=session, session_owner=True, connection_data_block_size=_BLOCK, **verify
    )


def _parse(request: Request, body: bytes) -> tuple[str | None, Reply]:
    if not request.is_list:
        return None, Reply(items=(msgspec.json.decode(body, type=msgspec.Raw),))
    page = msgspec.json.decode(body, type=_Page)
    return page.next_link or None, Reply(items=page.value)


def _refusal(request: Request, status: int, body: bytes) -> Reply:
    try:
        error = msgspec.json.decode(body, type=_ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = _Error(message=HTTPStatus(status).phrase if status in set(HTTPStatus) else None)
    # A 404 without ARM's own code is a proxy's, and proves nothing.
    is_arms = error.code is not None and error.code.lower() not in _NOT_PROOF_OF_ABSENCE
    if status == HTTPStatus.NOT_FOUND and is_arms:
        return Reply(is_absent=True)
    gap = gap_for(
        request,
        _REASONS.get(status, GapReason.FAILED),
        status=status,
        code=error.code,
        message=_one_line(error.message or ""),
    )
    return Reply(gap=gap)


def _failed(
    request: Request, items: list[msgspec.Raw] | tuple[()], pages: int, message: str
) -> Reply:
    gap = gap_for(request, GapReason.FAILED, message=_one_line(message))
    return Reply(items=tuple(items), pages=pages, gap=gap)


def _origin(url: str) -> tuple[str, int]:
    """Return the host and port a URL leads to; raise ``RefusedRequest`` if that is not plain.

    Parsers disagree about user names, backslashes and white space in a URL. What one of them takes
    for ARM's address another takes for somebody else's, so none of these is let through.
    """
    match = _PLAIN_URL.match(url)
    if match is None or not url.isascii() or not url.isprintable() or set(url) & _AMBIGUOUS:
        raise RefusedRequest(f"refused to follow a link that is not a plain https URL: {url!r}")
    return match["host"].lower(), int(match["port"] or 443)


def _sign_in_failure(message: str) -> str:
    """Return the causes of a failed sign-in in one line.

    A chain of credentials lists each one's failure between an introduction and advice; only what
    each of them says first is kept, or the last causes would be cut off.
    """
    causes = [
        line.strip().split(". ", 1)[0].rstrip(".")
        for line in message.splitlines()
        if line.startswith("\t") and not line.startswith("\t\t")
    ]
    if not causes:
        return _one_line(message)
    return _one_line(
        f"no credential worked; run 'az login' or see --credential: {'; '.join(causes)}"
    )


def _one_line(text: str) -> str:
    """Return the first lines of a message as one, short enough for a terminal and a table."""
    line = " ".join(text.split())
    return line if len(line) <= _MESSAGE_LENGTH else line[:_MESSAGE_LENGTH] + "…"
