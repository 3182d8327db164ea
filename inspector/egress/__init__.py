"""How each node's and each pod's traffic leaves for the internet, in Azure's order of precedence.

Sources: Learn "Azure NAT Gateway" for the order (user-defined route, NAT gateway, public address
of the machine, outbound rule), "Default outbound access" for what comes last, AKS "nat-gateway"
for pods with a subnet of their own.
"""

from inspector.egress.balancing import frontend_public_ips, is_basic, translating_rules
from inspector.egress.declared import NOTHING_LEAVES, declared_kinds, is_declared_for
from inspector.egress.groups import derive_egress
from inspector.egress.kinds import Egress, EgressGroup, EgressKind, Traffic
from inspector.egress.survey import primary_interface, routes_of_subnet

__all__ = [
    "NOTHING_LEAVES",
    "Egress",
    "EgressGroup",
    "EgressKind",
    "Traffic",
    "declared_kinds",
    "derive_egress",
    "frontend_public_ips",
    "is_basic",
    "is_declared_for",
    "primary_interface",
    "routes_of_subnet",
    "translating_rules",
]
