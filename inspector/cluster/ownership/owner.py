"""Who something serves, and what proves it."""

from enum import StrEnum

import msgspec


class OwnerKind(StrEnum):
    """Who a load balancer object or a public address serves."""

    OUTBOUND = "outbound"
    SERVICE = "service"
    NODE = "node"
    NAT_GATEWAY = "NAT gateway"
    API_SERVER = "API server"
    APPLICATION_GATEWAY = "application gateway"
    OTHER_RESOURCE = "other resource"
    ADDRESSES = "public IP addresses"
    NOBODY = "nobody"
    UNRECOGNISED = "unrecognised"
    UNKNOWN = "unknown"


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """An owner and what proves it.

    ``services`` holds ``namespace/name`` of Kubernetes services where tags tell them;
    ``service_uid`` is what a name alone gives, its last digit unknown; ``resource`` says which
    resource an application gateway or another one is; ``because`` names the field the answer
    rests on.
    """

    kind: OwnerKind
    services: tuple[str, ...] = ()
    service_uid: str | None = None
    resource: str | None = None
    because: str = ""

    @property
    def words(self) -> str:
        """The owner in a few words."""
        if self.kind is OwnerKind.SERVICE:
            return ", ".join(self.services) or f"service with UID {self.service_uid}"
        return self.resource or _WORDS[self.kind]


_WORDS = {
    OwnerKind.OUTBOUND: "cluster's way out",
    OwnerKind.NODE: "node",
    OwnerKind.NAT_GATEWAY: "NAT gateway",
    OwnerKind.API_SERVER: "API server",
    OwnerKind.APPLICATION_GATEWAY: "application gateway",
    OwnerKind.OTHER_RESOURCE: "another resource",
    OwnerKind.ADDRESSES: "its public IP addresses",
    OwnerKind.NOBODY: "nobody",
    OwnerKind.UNRECOGNISED: "not recognised",
    OwnerKind.UNKNOWN: "unknown",
}
