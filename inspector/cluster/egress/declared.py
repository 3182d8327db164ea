"""What a cluster's outbound type is, and the ways out that it stands for.

Source: AKS "egress-outboundtype".
"""

from enum import StrEnum
from typing import Final

from inspector.cluster.egress.kinds import EgressKind
from inspector.network.spaces import Family
from inspector.resources import NetworkProfile, same_text

NOTHING_LEAVES: Final = frozenset({EgressKind.NONE, EgressKind.DROPPED})
_NAT_GATEWAY: Final = frozenset({EgressKind.NAT_GATEWAY})
_KINDS: Final = {
    "loadbalancer": frozenset({EgressKind.OUTBOUND_RULE}),
    "managednatgateway": _NAT_GATEWAY,
    "managednatgatewayv2": _NAT_GATEWAY,
    "userassignednatgateway": _NAT_GATEWAY,
    "userdefinedrouting": frozenset({EgressKind.APPLIANCE, EgressKind.GATEWAY}),
    "none": NOTHING_LEAVES,
    "block": NOTHING_LEAVES,
}
_OF_BASIC: Final = frozenset({EgressKind.LOAD_BALANCING_RULE, EgressKind.DEFAULT_ACCESS})
_IPV4_ALONE: Final = frozenset(
    {"managednatgateway", "userassignednatgateway", "userdefinedrouting"}
)


class OutboundType(StrEnum):
    """The outbound types there are, preview ones included; ARM may have others some day."""

    LOAD_BALANCER = "loadBalancer"
    MANAGED_NAT_GATEWAY = "managedNATGateway"
    MANAGED_NAT_GATEWAY_V2 = "managedNATGatewayV2"
    USER_ASSIGNED_NAT_GATEWAY = "userAssignedNATGateway"
    USER_DEFINED_ROUTING = "userDefinedRouting"
    NONE = "none"
    BLOCK = "block"
    UNRECOGNISED = "unrecognised"

    @property
    def is_nat_gateway(self) -> bool:
        """Whether a NAT gateway on the subnets is the way out."""
        return _KINDS.get(self.lower()) == _NAT_GATEWAY

    @property
    def lets_nothing_out(self) -> bool:
        """Whether nothing is to leave."""
        return _KINDS.get(self.lower()) == NOTHING_LEAVES


def outbound_type(profile: NetworkProfile) -> OutboundType:
    """Return the outbound type; documents of 2019 name none, for there was one alone."""
    named = profile.outbound_type or OutboundType.LOAD_BALANCER
    found = (each for each in OutboundType if same_text(each, named))
    return next(found, OutboundType.UNRECOGNISED)


def declared_kinds(profile: NetworkProfile) -> frozenset[EgressKind]:
    """Return the ways out that fit the outbound type; none for one that is new or not declared.

    A Basic load balancer has no outbound rules, and does not exist before the first service.
    """
    outbound_type = (profile.outbound_type or "").lower()
    kinds = _KINDS.get(outbound_type, frozenset())
    is_basic = same_text(profile.load_balancer_sku or "Basic", "Basic")
    return kinds | _OF_BASIC if outbound_type == "loadbalancer" and is_basic else kinds


def is_declared_for(profile: NetworkProfile, family: Family) -> bool:
    """Whether the outbound type speaks of the family: some are about IPv4 alone."""
    return family is Family.IPV4 or (profile.outbound_type or "").lower() not in _IPV4_ALONE
