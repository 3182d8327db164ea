"""ARM over HTTPS on loopback, for the real SDK clients."""

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import msgspec
import trustme

from inspector.snapshot import Snapshot
from tests.fake_arm.answers import Answer, error, page
from tests.fake_arm.content import Content, Refusal

SIGN_IN_CHALLENGE: Final = {
    "WWW-Authenticate": 'Bearer authorization_uri="https://login.test/", error="invalid_token"'
}


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A request that reached the server, ``at`` in seconds of the monotonic clock."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float

    @property
    def is_first_page(self) -> bool:
        """Whether the request follows no ``nextLink``."""
        return "$skiptoken" not in self.query


class _Script(msgspec.Struct, kw_only=True):
    path_end: str
    answer: Answer
    times_left: float
    first_page: bool

    def applies_to(self, received: Received) -> bool:
        return (
            self.times_left > 0
            and received.path.lower().endswith(self.path_end.lower())
            and received.is_first_page is self.first_page
        )


class FakeARM:
    """Serves a snapshot; a context manager that listens while it is open.

    ``token`` is the only one accepted; ``latency`` gives the seconds to wait before each answer.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        certificate: trustme.LeafCert,
        *,
        token: str,
        page_size: int = 100,
        latency: Callable[[], float] = float,
    ) -> None:
        self._content = Content(snapshot)
        self._token = token
        self._page_size = page_size
        self._latency = latency
        self._scripts: list[_Script] = []
        self._lock = threading.Lock()
        self._at_once = 0
        self.most_at_once = 0
        self.received: list[Received] = []
        self.crashes: list[BaseException] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self._server = _Server(self, context)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def endpoint(self) -> str:
        """The URL to give as ARM's address."""
        return f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self.crashes:
            raise self.crashes[0]

    def script(
        self,
        path_end: str,
        answer: Answer,
        *,
        times: float = float("inf"),
        first_page: bool = True,
    ) -> None:
        """Give ``answer`` to requests whose path ends so, on the first page or on later ones."""
        self._scripts.append(
            _Script(path_end=path_end, answer=answer, times_left=times, first_page=first_page)
        )

    def received_at(self, path_end: str) -> list[Received]:
        """Return the requests whose path ends so, in order."""
        return [each for each in self.received if each.path.lower().endswith(path_end.lower())]

    def answer(self, received: Received) -> Answer:
        """Return what ARM says to the request, having recorded it."""
        with self._lock:
            self.received.append(received)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            time.sleep(self._latency())
            return self._refused(received) or self._scripted(received) or self._found(received)
        finally:
            with self._lock:
                self._at_once -= 1

    def _refused(self, received: Received) -> Answer | None:
        given = received.headers.get("authorization")
        if given is None:
            message = "Authentication failed. The 'Authorization' header is missing."
            return error(
                HTTPStatus.UNAUTHORIZED, "AuthenticationFailed", message, SIGN_IN_CHALLENGE
            )
        if given != f"Bearer {self._token}":
            message = "The access token is invalid."
            return error(
                HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken", message, SIGN_IN_CHALLENGE
            )
        if received.method != "GET":
            message = f"The HTTP method '{received.method}' is not supported."
            return error(HTTPStatus.METHOD_NOT_ALLOWED, "HttpMethodNotSupported", message)
        if "api-version" not in received.query:
            message = "The api-version query parameter (?api-version=) is required."
            return error(HTTPStatus.BAD_REQUEST, "MissingApiVersionParameter", message)
        return None

    def _scripted(self, received: Received) -> Answer | None:
        with self._lock:
            for script in self._scripts:
                if script.applies_to(received):
                    script.times_left -= 1
                    return script.answer
        return None

    def _found(self, received: Received) -> Answer:
        found = self._content.find(received.path)
        if isinstance(found, Refusal):
            return error(found.status, found.code, found.message)
        if isinstance(found, msgspec.Raw):
            return Answer(body=bytes(found))
        start = int(received.query.get("$skiptoken", "0"))
        end = start + self._page_size
        version = received.query["api-version"]
        link = f"{self.endpoint}{received.path}?api-version={version}&%24skiptoken={end}"
        return page(found[start:end], link if end < len(found) else None)


class _Server(ThreadingHTTPServer):
    """Shakes hands in each connection's own thread; closing waits for all of them."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, arm: FakeARM, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arm = arm
        self._context = context

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        secured = self._context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return secured, address

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  socketserver calls it so
        """Keep what is a bug of this server; a client may hang up whenever it likes."""
        import sys

        raised = sys.exception()
        if raised is not None and not isinstance(raised, OSError):
            self.arm.crashes.append(raised)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 5
    server: _Server

    def setup(self) -> None:
        self.request.settimeout(self.timeout)
        self.request.do_handshake()
        super().setup()

    def _respond(self) -> None:
        parts = urlsplit(self.path)
        received = Received(
            method=self.command,
            path=parts.path,
            query={name: values[-1] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            at=time.monotonic(),
        )
        answer = self.server.arm.answer(received)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body) + answer.bytes_missing))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        if answer.bytes_missing or self.command != "GET":
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _respond  # noqa: N815  http.server looks for these names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server names it so
        """Stay silent; the requests are recorded."""
