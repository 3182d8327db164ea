"""The areas: one kind of thing each, in no order that matters."""

from typing import Final

from inspector.changes.areas.addresses import OUTBOUND_ADDRESSES
from inspector.changes.areas.backend_pools import BACKEND_POOLS, MEMBERS
from inspector.changes.areas.cluster import CLUSTER
from inspector.changes.areas.devices import DEVICES
from inspector.changes.areas.inventory import INVENTORY
from inspector.changes.areas.load_balancers import (
    FRONTENDS_OF_BALANCERS,
    LOAD_BALANCERS,
    OUTBOUND_RULES,
    PROBES,
    RULES,
)
from inspector.changes.areas.networks import NAT_GATEWAYS, PEERINGS, SUBNETS, VIRTUAL_NETWORKS
from inspector.changes.areas.node_pools import NODE_POOLS
from inspector.changes.areas.nodes import NODES, SECURITY_GROUPS_OF_NODES
from inspector.changes.areas.private_access import (
    PRIVATE_DNS_ZONES,
    PRIVATE_ENDPOINTS,
    ZONE_LINKS,
)
from inspector.changes.areas.public_ips import PUBLIC_IP_PREFIXES, PUBLIC_IPS
from inspector.changes.areas.routes import ROUTE_TABLES, ROUTE_TABLES_OF_SUBNETS, ROUTES
from inspector.changes.areas.security import (
    SECURITY_GROUPS,
    SECURITY_GROUPS_OF_SUBNETS,
    SECURITY_RULES,
)
from inspector.changes.areas.ways_out import WAYS_OUT
from inspector.changes.entries import Area

AREAS: Final[tuple[Area, ...]] = (
    CLUSTER,
    NODE_POOLS,
    NODES,
    ROUTE_TABLES,
    ROUTE_TABLES_OF_SUBNETS,
    ROUTES,
    LOAD_BALANCERS,
    FRONTENDS_OF_BALANCERS,
    BACKEND_POOLS,
    MEMBERS,
    RULES,
    PROBES,
    OUTBOUND_RULES,
    OUTBOUND_ADDRESSES,
    WAYS_OUT,
    PUBLIC_IPS,
    PUBLIC_IP_PREFIXES,
    SECURITY_GROUPS,
    SECURITY_RULES,
    SECURITY_GROUPS_OF_SUBNETS,
    SECURITY_GROUPS_OF_NODES,
    VIRTUAL_NETWORKS,
    SUBNETS,
    PEERINGS,
    NAT_GATEWAYS,
    PRIVATE_ENDPOINTS,
    PRIVATE_DNS_ZONES,
    ZONE_LINKS,
    DEVICES,
    INVENTORY,
)

__all__ = ["AREAS"]
