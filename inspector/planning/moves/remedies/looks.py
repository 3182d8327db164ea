"""Where to look for what ARM does not show, and what to know of that nothing repairs.

Sources: AKS "update-azure-cni" for masquerading, "azure-cni-powered-by-cilium" for policies,
"configure-kubenet" for the rights of the identity; Application Gateway "ingress-controller-
overview" for the subnet of a gateway.
"""

from collections.abc import Callable, Mapping
from typing import Final

from inspector.checking import az
from inspector.cluster.move_conditions import Condition, Situation, own_subnets, users_tables
from inspector.planning.moves.commands import assign_role, kubectl, principals_of
from inspector.planning.moves.remedies.kinds import Remedy
from inspector.planning.moves.views import Branch


def _rights(situation: Situation) -> Remedy:
    principals = principals_of(situation.today.cluster)
    scopes = [str(e) for e in (*own_subnets(situation.today), *users_tables(situation.today))]
    listings = (
        az(
            "role",
            "assignment",
            "list",
            assignee=principal,
            scope=scope,
            include_inherited="",
            output="table",
        )
        for scope in scopes
        for principal in principals or (None,)
    )
    assigned = tuple(assign_role(each, scope) for scope in scopes for each in principals[:1])
    missing = Branch(when="Where one of them lists nothing that suffices", commands=assigned)
    return Remedy(
        words="Look up the rights of the cluster's identity",
        effect="It needs Network Contributor, or as much, on the subnets and on their route table.",
        commands=tuple(listings),
        branches=(missing,) if assigned else (),
    )


def _masquerading(situation: Situation) -> Remedy:
    cluster = situation.today.cluster
    return Remedy(
        words="Look up masquerading rules of your own",
        effect="Delete the ConfigMap azure-ip-masq-agent-config if nobody needs it; the one that "
        "ends in -reconciled is AKS's own and stays.",
        commands=(
            kubectl(
                cluster,
                "get configmap azure-ip-masq-agent-config --namespace kube-system "
                "--ignore-not-found --output yaml",
            ),
        ),
    )


def _look_for_policies(situation: Situation) -> Remedy:
    return Remedy(
        words="Look up the network policies",
        effect="Some may be there that nothing enforces today, or have an ipBlock with addresses "
        "of pods or nodes.",
        commands=(
            kubectl(situation.today.cluster, "get networkpolicies --all-namespaces --output yaml"),
        ),
    )


LOOKS: Final[Mapping[Condition, Callable[[Situation], Remedy]]] = {
    Condition.IDENTITY_RIGHTS: _rights,
    Condition.MASQUERADING: _masquerading,
    Condition.NETWORK_POLICIES: _look_for_policies,
}
"""Where to look for what no field of ARM tells, in the order of steps."""


def _to_know(words: str) -> Remedy:
    return Remedy(words=words, is_step=False)


def _new_cluster(words: str) -> Remedy:
    return Remedy(words=words, is_step=False, is_in_place=False)


TO_KNOW: Final[Mapping[Condition, Remedy]] = {
    Condition.POD_CIDR_SLICES: _to_know("Move to a larger pod CIDR with the update itself"),
    Condition.POD_CIDR_APART: _to_know("Move to another pod CIDR with the update itself"),
    Condition.POD_CIDR_OUTSIDE: _to_know("Move to another pod CIDR with the update itself"),
    Condition.POD_CIDR_FREE: _new_cluster("Free a private range, or build in another network"),
    Condition.NETWORK_NAMES: _new_cluster(
        "Build in a network, subnets and a group of shorter names"
    ),
    Condition.NODE_SUBNET: _to_know("Make such a subnet in the network"),
    Condition.POD_SUBNET: _to_know("Make such a subnet in the network"),
    Condition.SINGLE_STACK: _to_know("Plan an outage of IPv6, or build a new cluster"),
    Condition.ROUTES_LOST: _to_know(
        "Write the routes into a table of yours, and put it on the subnets right after the update"
    ),
    Condition.SHARED_TABLE: _to_know("Agree with whoever uses the table on the day of the update"),
    Condition.WINDOWS_BUILD: _to_know("Upgrade the node images of the Windows pools first"),
    Condition.GATEWAY_INGRESS: _to_know(
        "Read what the controller needs with Overlay, as a gateway subnet no larger than a /24, "
        "and plan an outage of what it publishes"
    ),
    Condition.POLICY_ENGINE: _to_know("Try the policies with Cilium in a cluster for tests"),
}
"""What the update does itself, what only a new cluster changes, and what is to be planned for."""
