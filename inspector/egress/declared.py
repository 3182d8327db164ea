"""The ways out that a cluster's outbound type stands for.

Source: AKS "egress-outboundtype".
"""

from typing import Final

from inspector.egress.kinds import EgressKind
from inspector.network.internet_space import Family
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
