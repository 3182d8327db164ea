"""The steps of a move for which AKS has no update: another cluster, and the workloads moved."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.checking import az_at
from inspector.cluster.move_conditions import (
    Answer,
    Condition,
    Requirement,
    Situation,
    own_subnets,
)
from inspector.network.targets import Target
from inspector.planning.moves.commands import take_snapshot
from inspector.planning.moves.effects import PodCIDRProposal
from inspector.planning.moves.steps import BEFORE, POD_CIDR, snapshot_before
from inspector.planning.moves.views import Placeholder, Step

_NAME: Final = Placeholder(name="NEW_CLUSTER", meaning="the name of the new cluster")
_NODES: Final = Placeholder(name="SUBNET_ID", meaning="the id of an empty subnet for nodes")
_PODS: Final = Placeholder(name="POD_SUBNET_ID", meaning="the id of an empty subnet for pods")
_SUBNET: Final = Placeholder(name="NEW_SUBNET", meaning="the name of the new subnet")
_PREFIX: Final = Placeholder(name="PREFIX", meaning="a range of the network that no subnet has")
_AFTER: Final = "new-cluster.json.gz"


def steps_beside(
    situation: Situation,
    target: Target,
    requirements: Iterable[Requirement],
    proposal: PodCIDRProposal | None,
) -> Iterator[Step]:
    """Yield the steps to a new cluster beside this one."""
    answers = {each.condition: each.answer for each in requirements}
    yield snapshot_before(situation)
    if Answer.NOT_MET in {answers.get(Condition.NODE_SUBNET), answers.get(Condition.POD_SUBNET)}:
        yield _make_subnet(situation)
    yield _create(situation, target, proposal)
    yield _move_workloads(situation)


def _make_subnet(situation: Situation) -> Step:
    network = own_subnets(situation.today)[0].parent
    holder = network if network is not None else situation.today.cluster.id
    command = az_at(
        holder,
        "network",
        "vnet",
        "subnet",
        "create",
        vnet_name=holder.name,
        name=_SUBNET.name,
        address_prefixes=_PREFIX.name,
    )
    return Step(
        title="Make a subnet that is large enough",
        effect="The new cluster has room beside this one.",
        commands=(command,),
        placeholders=(_SUBNET, _PREFIX),
        watch="the network's address space: a range may have to be added to it first",
    )


def _create(situation: Situation, target: Target, proposal: PodCIDRProposal | None) -> Step:
    cluster = situation.today.cluster
    pod_cidr = proposal.cidr if proposal is not None else None
    is_overlay = target in {Target.OVERLAY, Target.CILIUM}
    has_subnet = bool(own_subnets(situation.today)) or target is Target.POD_SUBNET
    options = {
        "location": cluster.location,
        "network_plugin": "azure",
        "network_plugin_mode": "overlay" if is_overlay else None,
        "network_dataplane": "cilium" if target is Target.CILIUM else None,
        "pod_cidr": (pod_cidr or POD_CIDR.name) if is_overlay else None,
        "vnet_subnet_id": _NODES.name if has_subnet else None,
        "pod_subnet_id": _PODS.name if target is Target.POD_SUBNET else None,
        "generate_ssh_keys": "",
    }
    command = az_at(
        cluster.id,
        "aks",
        "create",
        name=_NAME.name,
        **options,
    )
    held = (_NAME, _NODES, _PODS, POD_CIDR)
    return Step(
        title=f"Create a cluster with {target.words}",
        effect="It stands beside this one; nothing of this one changes.",
        commands=(command,),
        placeholders=tuple(each for each in held if each.name in options.values() or each is _NAME),
        watch="pools, identities, add-ons and ranges of this cluster that the new one needs too",
    )


def _move_workloads(situation: Situation) -> Step:
    cluster = situation.today.cluster
    return Step(
        title="Move the workloads, then delete this cluster",
        effect="Services get new addresses; names and firewalls have to follow.",
        risk="Once this cluster is deleted there is no way back.",
        is_reversible=False,
        commands=(
            take_snapshot(cluster, _AFTER, name=_NAME.name),
            f"aks-inspector compare {BEFORE} {_AFTER}",
        ),
        placeholders=(_NAME,),
        watch="volumes, certificates, and clients that know addresses of this cluster",
    )
