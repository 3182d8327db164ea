"""Where Azure Resource Manager is, and for whom its tokens are made."""

from enum import StrEnum
from urllib.parse import urlsplit

import msgspec

from inspector.errors import UsageError


class Cloud(msgspec.Struct, frozen=True, kw_only=True):
    """An Azure cloud: ARM's address, the audience of its tokens, and who signs users in.

    ``authority`` is a host name; ``None`` leaves it to azure-identity (``AZURE_AUTHORITY_HOST``).
    """

    endpoint: str
    audience: str
    authority: str | None = None

    @property
    def scope(self) -> str:
        """The OAuth scope to ask tokens for."""
        return f"{self.audience.rstrip('/')}/.default"


class CloudName(StrEnum):
    """The clouds that need no address."""

    PUBLIC = "public"
    USGOV = "usgov"
    CHINA = "china"


CLOUDS = {
    CloudName.PUBLIC: Cloud(
        endpoint="https://management.azure.com",
        audience="https://management.azure.com",
        authority="login.microsoftonline.com",
    ),
    CloudName.USGOV: Cloud(
        endpoint="https://management.usgovcloudapi.net",
        audience="https://management.core.usgovcloudapi.net",
        authority="login.microsoftonline.us",
    ),
    CloudName.CHINA: Cloud(
        endpoint="https://management.chinacloudapi.cn",
        audience="https://management.chinacloudapi.cn",
        authority="login.chinacloudapi.cn",
    ),
}


def private_cloud(endpoint: str, audience: str | None) -> Cloud:
    """Describe an ARM of one's own; its audience is the endpoint unless given.

    Raises ``UsageError`` unless the endpoint is an ``https`` URL: a token must not travel in
    the clear.
    """
    try:
        parts = urlsplit(endpoint)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        raise UsageError(f"--arm-endpoint {endpoint!r}: not a URL") from None
    has_more = bool(parts.query or parts.fragment)
    if parts.scheme != "https" or not parts.hostname or has_more or not port_is_valid:
        raise UsageError(f"--arm-endpoint {endpoint!r}: give an https:// URL")
    plain = endpoint.rstrip("/")
    return Cloud(endpoint=plain, audience=audience or plain)
