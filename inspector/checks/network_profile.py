"""The networking profile agrees with itself, and with what the nodes are marked as.

What: plugin, mode, data plane and network policy can go together; the pools name subnets and use
operating systems that the model knows; singular and plural ranges say the same, as many as there
are address families. No pool's nodes bear the marks of another network model.

Why it matters: a profile that contradicts itself was changed by halves, read through an old version
of the API, or edited by a tool of its own mind. Whatever is built from it next, a node pool or a
migration, may go wrong, and every other answer about this cluster rests on it.

How it is decided: from the cluster's own document. Each contradiction fails (medium); dual stack
without Overlay is a note (info) under kubenet, where such clusters exist from earlier, and low
otherwise. Then every pool is held against its nodes: it fails (medium) where all nodes of a pool
together bear the marks of another model, which are as many addresses as node subnet gives, the
tag of Overlay on the scale set, or pod routes to every node of a scale set without that tag. Under
Overlay, whose nodes have one address too, such routes are a matter of kubenet-residue alone. The
nodes of such a pool may fail the check of their own number as well. Nodes that differ from the rest
of their pool, what is missing from a node and what is left over from another model are not looked
at here (kubenet-one-ip-per-node, cni-ips-per-node, one-ip-per-node, ip-families,
kubenet-node-route, kubenet-residue, pod-subnet-delegation), nor malformed ranges (cidr-shape).
Unknown where the plugin is not told or not recognised, where nodes, their scale sets or their
routes could not be seen, and for marks while the cluster or the pool is changing.

How to fix: read the profile again with the Azure CLI, which asks by a recent API version, and see
whether a migration is under way. What can be changed is changed by ``az aks update``; what stays
contradictory is a matter for Azure support.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-cni-overview;
https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium;
https://learn.microsoft.com/azure/aks/configure-dual-stack
"""

from collections.abc import Iterator, Sequence
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Verdict,
    az_cluster,
    az_pool,
    evidence,
)
from inspector.checking.node_verdict import configured, pool_evidence
from inspector.cluster.fingerprint import OVERLAY_TAG, Fingerprint, fingerprints, marked_model
from inspector.cluster.node_addresses import node_addresses
from inspector.cluster.pod_routes import pod_routes
from inspector.findings import Evidence, Group, Severity
from inspector.network.contradictions import DUAL_STACK, Contradiction, Field, contradictions
from inspector.network.models import NetworkModel, unrecognised
from inspector.nodes import pool_of
from inspector.resources import ScaleSet
from inspector.wording import count, names, share

_UNSOUND: Final = "what is built from this profile next, a pool or a migration, may go wrong"
_OLD: Final = "the cluster cannot be changed to another model without losing IPv6 for a while"
_UNTRUE: Final = "commands and checks that go by the profile take the nodes for what they are not"
_READ_AGAIN: Final = "Read the profile again; if it stays contradictory, open a support case."
_REMEDIES: Final = {
    "policy-with-kubenet": "Take the policy engine off, or plan the move to Azure CNI Overlay.",
    "windows-with-kubenet": "Plan the move to Azure CNI Overlay, or delete the Windows pools.",
    "windows-with-cilium": "Delete the Windows pools, or take the azure data plane.",
    "mixed-pod-subnets": "Make the pools without a pod subnet anew with one, and delete the old.",
    DUAL_STACK: "Plan the move to Overlay, with its interruption of IPv6.",
}
"""What to do about a contradiction by its cause, where it is more than to look again."""


def decide(subject: Subject) -> Decision:
    """Hold the profile against itself, and each pool against the marks of its nodes."""
    verdict = Verdict(subject)
    for found in contradictions(subject.profile, subject.pools):
        verdict.add(_of_profile(subject, found))
    if subject.model is NetworkModel.UNRECOGNISED:
        verdict.doubt(unrecognised(subject.profile))
    verdict.miss(*subject.topology.hidden_nodes)
    seen = [each for each in subject.once(fingerprints) if each.pool is not None and each.nodes]
    contradicted = len(verdict.problems)
    by_looks: dict[NetworkModel, list[Fingerprint]] = {}
    for each in seen:
        verdict.miss(*each.missing)
        looks = _marks(subject, each)
        if looks is not None:
            by_looks.setdefault(looks, []).append(each)
    for looks, found_so in by_looks.items():
        verdict.add(_of_pools(subject, looks, found_so, len(seen)))
    different = sum(map(len, by_looks.values()))
    pools = len(subject.pools)
    return verdict.conclude(
        f"the profile agrees with itself, and nothing marks {share(len(seen), pools, 'pool')} as "
        "of another model",
        failed=f"{count(contradicted, 'contradiction')} in the profile, "
        f"{share(different, pools, 'pool')} looking like another model",
        evidence=_profile_fields(subject),
    )


def _marks(subject: Subject, seen: Fingerprint) -> NetworkModel | None:
    """Return the model whose marks a pool bears, if it is another than the declared one."""
    profile = subject.pool(seen.pool)
    if profile is None or seen.declared is NetworkModel.UNRECOGNISED:
        return None
    marked = marked_model(seen, profile, subject.thresholds.host_network_pods)
    is_residue = marked is NetworkModel.KUBENET and seen.declared is NetworkModel.CNI_OVERLAY
    return marked if marked is not seen.declared and not is_residue else None


def _of_profile(subject: Subject, found: Contradiction) -> Problem:
    is_dual_stack = found.cause == DUAL_STACK
    severity = None
    if is_dual_stack:
        is_kubenet = subject.model is NetworkModel.KUBENET
        severity = Severity.INFO if is_kubenet else Severity.LOW
    return Problem(
        cause=found.cause,
        resource=subject.cluster.id,
        name=subject.cluster.title,
        message=found.words,
        impact=_OLD if is_dual_stack else _UNSOUND,
        evidence=tuple(_evidence(subject, each) for each in found.fields),
        remediation=_REMEDIES.get(found.cause, _READ_AGAIN),
        commands=(az_cluster(subject.cluster, "show", query="networkProfile"),),
        severity=severity,
    )


def _of_pools(
    subject: Subject, looks: NetworkModel, pools: Sequence[Fingerprint], whole: int
) -> Problem:
    """Return what is wrong with pools that look like one model and are declared as another."""
    shown = {
        NetworkModel.CNI_NODE_SUBNET: _addresses,
        NetworkModel.CNI_OVERLAY: _tags,
        NetworkModel.KUBENET: _routes,
    }
    pool_names = [each.pool or "" for each in pools]
    declared = names(dict.fromkeys(each.declared.words for each in pools))
    marks = (each for name in pool_names for each in shown[looks](subject, name))
    return Problem(
        cause=f"looks-like-{looks}",
        resource=subject.cluster.id,
        name=subject.cluster.title,
        message=f"all nodes of {share(len(pools), whole, 'pool')} look like {looks.words}, and "
        f"the profile declares {declared}: {names(pool_names)}",
        impact=_UNTRUE,
        evidence=(*_profile_fields(subject), *marks),
        remediation="Read the profile again and see whether a migration is under way; if not, "
        "replace the nodes by a node image upgrade, and open a support case if that changes "
        "nothing.",
        commands=(
            az_cluster(subject.cluster, "show", query="networkProfile"),
            *(az_pool(subject.cluster, name, "show") for name in pool_names),
        ),
        is_count=any(subject.motion_of(subject.pool(name)) is not None for name in pool_names),
    )


def _addresses(subject: Subject, pool: str) -> Iterator[Evidence]:
    for each in subject.once(node_addresses):
        if each.profile is not None and each.name == pool:
            yield pool_evidence(subject, pool, "maxPods", each.profile.max_pods)
            yield from (configured(node, node.ipv4) for node in each.nodes)


def _tags(subject: Subject, pool: str) -> Iterator[Evidence]:
    for each in subject.topology.all(ScaleSet):
        if subject.topology.pools.declared(pool_of(each)) == pool and OVERLAY_TAG in each.tags:
            yield evidence(each, f"tags.{OVERLAY_TAG}", each.tags[OVERLAY_TAG])


def _routes(subject: Subject, pool: str) -> Iterator[Evidence]:
    for table in subject.once(pod_routes).tables:
        for each in table.routes:
            if each.reached is not None and each.reached.pool == pool:
                hop = each.route.properties.next_hop_ip_address
                yield evidence(each.route, "properties.nextHopIpAddress", hop)


def _evidence(subject: Subject, field: Field) -> Evidence:
    if field.pool is not None:
        return pool_evidence(subject, field.pool, field.name, field.value)
    name = f"properties.networkProfile.{field.name}"
    return evidence(subject.cluster, name, field.value)


def _profile_fields(subject: Subject) -> tuple[Evidence, ...]:
    fields = {
        "networkPlugin": subject.profile.network_plugin,
        "networkPluginMode": subject.profile.network_plugin_mode,
    }
    return tuple(_evidence(subject, Field(None, *each)) for each in fields.items())


check = Check(
    id="network-profile",
    title="The networking profile is consistent",
    group=Group.INTERFACES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
