"""Security groups and what their rules see of pods; how the API server is reached."""

from typing import Final

from inspector.cluster.protection import Protection, Protections, protections
from inspector.comparison.answers import Question, Said, said, unless_hidden
from inspector.comparison.side import Side
from inspector.network.authorized_ranges import OWN_OUTBOUND_ONLY, range_faults
from inspector.network.models import NetworkModel
from inspector.wording import count, names

_SEES: Final = {
    NetworkModel.KUBENET: "pods' addresses between nodes alone",
    NetworkModel.CNI_OVERLAY: "pods' addresses inside the cluster alone",
    NetworkModel.CNI_NODE_SUBNET: "every pod's own address",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "every pod's own address, at the pod subnet",
    NetworkModel.CNI_POD_SUBNET_STATIC: "every pod's own address, at the pod subnet",
    NetworkModel.BYO_CNI: "what your plugin lets out",
}
_WHY_SEES: Final = {
    NetworkModel.KUBENET: "elsewhere a pod has its node's address",
    NetworkModel.CNI_OVERLAY: "pods are routed unwrapped, elsewhere a pod has its node's address",
    NetworkModel.CNI_NODE_SUBNET: "pods are VNet members",
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "pods are VNet members",
    NetworkModel.CNI_POD_SUBNET_STATIC: "pods are VNet members",
    NetworkModel.BYO_CNI: "how pods leave is its business",
}


def _attachment(side: Side) -> Said:
    found = side.topology.once(protections)
    return unless_hidden(found.missing, lambda: _places(side, found))


def _places(side: Side, found: Protections) -> Said:
    if not found.nodes:
        return said(None, "no node")
    places = sorted({_place(each) for each in found.nodes})
    groups = {group.id for each in found.nodes for group in each.groups}
    own = side.cluster.infrastructure_group
    whose = {"AKS's own" if each.resource_group_id == own else "the user's own" for each in groups}
    cause = f"the groups are {' and '.join(sorted(whose))}" if whose else "nothing attaches one"
    return said("; ".join(places), cause, side.whose_network, groups=len(groups))


def _place(protection: Protection) -> str:
    at_subnet, at_interface = protection.at_subnet, protection.at_interface
    if at_subnet is not None:
        return "subnet" if at_interface is None else "subnet and NIC"
    return "none" if at_interface is None else "NIC"


def _sees(side: Side) -> Said:
    found = side.topology.once(protections)

    def answer() -> Said:
        is_of_pods = side.model in {
            NetworkModel.CNI_POD_SUBNET_DYNAMIC,
            NetworkModel.CNI_POD_SUBNET_STATIC,
        }
        watched = found.pods if is_of_pods else found.nodes
        if not watched:
            return said(None, "no node")
        if not any(each.groups for each in watched):
            return said(None, "no group where pods' traffic passes")
        return said(_SEES.get(side.model), side.because(_WHY_SEES))

    return unless_hidden(found.missing, answer)


def _api_server(side: Side) -> Said:
    access = side.cluster.properties.api_server_access_profile
    ranges = access.authorized_ip_ranges
    if access.enable_private_cluster:
        if access.enable_vnet_integration:
            return said("private, in the VNet", "enablePrivateCluster, enableVnetIntegration")
        return said("private, by an endpoint", "enablePrivateCluster")
    where = ", and in the VNet" if access.enable_vnet_integration else ""
    setting = "enableVnetIntegration" if access.enable_vnet_integration else "no private access"
    if not ranges:
        return said(f"public, from anywhere{where}", f"{setting}, no authorized IP ranges")
    if range_faults(ranges).everything:
        cause = f"{setting}, authorized IP ranges that hold every address"
        return said(f"public, from anywhere{where}", cause, detail=names(ranges))
    words = f"public, from {count(len(ranges), 'range')}{where}"
    if ranges == (OWN_OUTBOUND_ONLY,):
        words = f"public, from the cluster's own load balancer alone{where}"
    cause = f"{setting}, authorized IP ranges"
    return said(words, cause, detail=names(ranges), authorized_ranges=len(ranges))


SECURITY: Final = (
    Question("security-group-attachment", "Security group on", _attachment),
    Question("security-group-sees", "Security rules see", _sees),
)
API_SERVER: Final = (Question("api-server-access", "API server", _api_server),)
