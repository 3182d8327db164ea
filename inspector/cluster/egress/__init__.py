"""How each node's and each pod's traffic leaves for the internet, in Azure's order of precedence.

Sources: Learn "Azure NAT Gateway" for the order (user-defined route, NAT gateway, public address
of the machine, outbound rule), "Default outbound access" for what comes last, AKS "nat-gateway"
for pods with a subnet of their own.
"""

from inspector.cluster.egress.announced_routes import (
    announcing_gateways,
    may_be_overridden,
    route_table_of,
)
from inspector.cluster.egress.balancing import frontend_public_ips, is_basic, translating_rules
from inspector.cluster.egress.declared import (
    NOTHING_LEAVES,
    OutboundType,
    declared_kinds,
    is_declared_for,
    outbound_type,
)
from inspector.cluster.egress.default_routes import DefaultRoute, default_route
from inspector.cluster.egress.groups import derive_egress
from inspector.cluster.egress.kinds import Egress, EgressGroup, EgressKind, Traffic
from inspector.cluster.egress.leaving_subnets import LeavingSubnets, leaving_subnets
from inspector.cluster.egress.public_sources import PublicSource, PublicSources, public_sources
from inspector.cluster.egress.survey import nat_gateway_of, primary_interface, routes_of_subnet

__all__ = [
    "NOTHING_LEAVES",
    "DefaultRoute",
    "Egress",
    "EgressGroup",
    "EgressKind",
    "LeavingSubnets",
    "OutboundType",
    "PublicSource",
    "PublicSources",
    "Traffic",
    "announcing_gateways",
    "declared_kinds",
    "default_route",
    "derive_egress",
    "frontend_public_ips",
    "is_basic",
    "is_declared_for",
    "leaving_subnets",
    "may_be_overridden",
    "nat_gateway_of",
    "outbound_type",
    "primary_interface",
    "public_sources",
    "route_table_of",
    "routes_of_subnet",
    "translating_rules",
]
