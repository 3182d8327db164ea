"""The managed identity endpoint of an App Service, over plain HTTP on loopback."""

import secrets
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import msgspec

_LIFETIME_SECONDS: Final = 86_400


class FakeIdentity:
    """Hands out one token to whoever knows the secret; listens while it is open."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(16)
        self.secret = secrets.token_hex(16)
        self.resources_asked: list[str] = []
        self._connections = 0
        self._changed = threading.Condition()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which azure-identity finds the endpoint."""
        return {
            "IDENTITY_ENDPOINT": f"http://127.0.0.1:{self._server.server_port}/msi/token",
            "IDENTITY_HEADER": self.secret,
        }

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

    def connections_changed(self, by: int) -> None:
        """Count a connection that opens or closes."""
        with self._changed:
            self._connections += by
            self._changed.notify_all()

    def is_left_alone_within(self, seconds: float) -> bool:
        """Wait until every connection is closed, at most so long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._connections == 0, seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, identity: FakeIdentity) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.identity = identity


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 5
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.identity.connections_changed(+1)

    def finish(self) -> None:
        super().finish()
        self.server.identity.connections_changed(-1)

    def do_GET(self) -> None:
        identity = self.server.identity
        resource = parse_qs(urlsplit(self.path).query).get("resource", [""])[0]
        identity.resources_asked.append(resource)
        if self.headers["X-IDENTITY-HEADER"] != identity.secret:
            self._send(HTTPStatus.UNAUTHORIZED, {"statusCode": 401, "message": "Unauthorized"})
            return
        answer = {
            "access_token": identity.token,
            "expires_on": str(int(time.time()) + _LIFETIME_SECONDS),
            "resource": resource,
            "token_type": "Bearer",
        }
        self._send(HTTPStatus.OK, answer)

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = msgspec.json.encode(answer)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server names it so
        """Stay silent; the calls are counted."""
