"""Why each condition matters, and what an unmet one does.

Sources: AKS "update-azure-cni", "concepts-network-azure-cni-overlay", "use-network-policies",
"azure-cni-powered-by-cilium", "upgrade-basic-load-balancer-on-aks", "availability-sets-on-aks";
MicrosoftDocs/azure-aks-docs issue 334; Azure/AKS issue 5120.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from inspector.cluster.move_conditions import Condition
from inspector.planning.moves.views import Weight


class Reason(NamedTuple):
    """What an unmet condition does, and by what."""

    weight: Weight
    why: str


def _blocks(why: str) -> Reason:
    return Reason(Weight.BLOCKER, why)


def _breaks(why: str) -> Reason:
    return Reason(Weight.RISK, why)


REASONS: Final[Mapping[Condition, Reason]] = {
    Condition.AT_REST: _blocks("AKS takes no update of a cluster that is changing or stopped"),
    Condition.KUBERNETES_VERSION: _blocks("AKS refuses the update for older clusters"),
    Condition.POLICY_REMOVABLE: _blocks("before that version AKS refuses to take an engine off"),
    Condition.NODE_IMAGES: _blocks("the update puts the image on every node again"),
    Condition.AVAILABILITY_SETS: _blocks("Overlay does not run on availability sets"),
    Condition.LOAD_BALANCER: _blocks("Overlay does not run behind a Basic load balancer"),
    Condition.NETWORK_POLICY: _blocks("AKS refuses the update while an engine is installed"),
    Condition.IDENTITY: _blocks("without it AKS cannot take the route table off the subnets"),
    Condition.IDENTITY_RIGHTS: _blocks(
        "to take the table off, the identity needs rights on both; role assignments are not read"
    ),
    Condition.MASQUERADING: _breaks(
        "ranges exempt from masquerading get packets from pod addresses that nobody can answer"
    ),
    Condition.ROUTE_TABLE: _blocks("AKS cannot delete a table that a subnet still holds"),
    Condition.ROUTES_LOST: _breaks(
        "they go with the table, and their traffic takes another way, or none"
    ),
    Condition.SHARED_TABLE: _breaks("whoever else follows these routes loses the way to the pods"),
    Condition.WINDOWS: _blocks("AKS refuses the update with such a pool"),
    Condition.WINDOWS_DOCKER: _blocks("AKS refuses the update with such a pool"),
    Condition.WINDOWS_BUILD: _breaks(
        "older builds translate the addresses of packets from the host's network wrongly"
    ),
    Condition.NODE_SIZES: _blocks("Overlay does not run on these machines"),
    Condition.VIRTUAL_NODES: _blocks("virtual nodes need pods with addresses of the network"),
    Condition.NETWORK_NAMES: _blocks("Overlay writes the names into labels of the nodes"),
    Condition.POD_CIDR_SLICES: _blocks("a node without a slice of its own never becomes ready"),
    Condition.POD_CIDR_APART: _blocks("pods cannot reach what has an address in the pod CIDR"),
    Condition.POD_CIDR_OUTSIDE: _breaks(
        "AKS takes no new pod CIDR inside the network; whether it takes this one along is not "
        "documented"
    ),
    Condition.POD_CIDR_FREE: _blocks("the update needs a range for pods that is in no network"),
    Condition.SINGLE_STACK: _breaks("IPv6 traffic fails until the last node is done"),
    Condition.GATEWAY_INGRESS: _breaks(
        "the gateway sends to pods that are gone until the controller has told it the new ones"
    ),
    Condition.SUBNET_ROOM: _blocks("a node that gets no address stops the reimage"),
    Condition.AUTO_PROVISIONING: _blocks("AKS refuses the update while it is on"),
    Condition.POLICY_ENGINE: _breaks("Cilium takes its place, and reads some policies otherwise"),
    Condition.NETWORK_POLICIES: _breaks(
        "Cilium enforces every policy there is, and lets no ipBlock stand for pods or nodes"
    ),
    Condition.NODE_SUBNET: _blocks("every pod takes an address, and nodes take theirs at once"),
    Condition.POD_SUBNET: _blocks("pods take their addresses from it, 16 at a time for each node"),
}
