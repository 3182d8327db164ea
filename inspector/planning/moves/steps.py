"""The steps of a move in place, in the order of AKS "update-azure-cni", with their commands.

What only looks comes first, so that the cluster is without its policy engine as short as can be.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from inspector.checking import az_cluster
from inspector.cluster.move_conditions import Answer, Condition, Requirement, Situation
from inspector.network.targets import Target
from inspector.planning.moves.commands import kubectl, take_snapshot
from inspector.planning.moves.effects import Effects, PodCIDRChoice, PodCIDRProposal
from inspector.planning.moves.engines import engine_ends, runs_windows
from inspector.planning.moves.readiness import before_reimages
from inspector.planning.moves.remedies import LOOKS, REIMAGE, REPAIRS, Remedy
from inspector.planning.moves.surroundings import cleaned_up, prepared
from inspector.planning.moves.views import Branch, Placeholder, Step
from inspector.resources import same_text

BEFORE: Final = "before.json.gz"
POD_CIDR: Final = Placeholder(
    name="POD_CIDR", meaning="a private range that is in no network, with a /24 for each node"
)
_Answers = Mapping[Condition, Answer]
_OLD_ENGINES: Final = {"azure", "calico"}

_WITH: Final[Mapping[Condition, tuple[Condition, ...]]] = {
    Condition.POLICY_REMOVABLE: (Condition.KUBERNETES_VERSION, Condition.WINDOWS_DOCKER),
    Condition.KUBERNETES_VERSION: (Condition.WINDOWS_DOCKER,),
    Condition.AVAILABILITY_SETS: (Condition.LOAD_BALANCER,),
}
"""What the repair of another condition settles as well."""

_RANGES: Final = (
    Condition.POD_CIDR_SLICES,
    Condition.POD_CIDR_APART,
    Condition.POD_CIDR_OUTSIDE,
    Condition.POD_CIDR_FREE,
)


def numbered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps with their numbers."""
    return tuple(
        msgspec.structs.replace(each, number=number) for number, each in enumerate(steps, 1)
    )


def steps_in_place(
    situation: Situation,
    path: tuple[Target, ...],
    requirements: Iterable[Requirement],
    effects: Effects,
) -> Iterator[Step]:
    """Yield the steps: what has to be seen, then repaired, the updates, and what comes back."""
    answers, proposal = {each.condition: each.answer for each in requirements}, effects.pod_cidr
    yield snapshot_before(situation)
    yield from _looks(situation, answers)
    yield before_reimages(situation)
    yield from prepared(situation, effects)
    yield from _repairs(situation, answers)
    for update in path:
        if update is Target.OVERLAY:
            yield _to_overlay(situation, answers, proposal)
        else:
            yield _to_cilium(situation, answers)
        yield check_after(situation, update)
    yield from _back_on(situation, path, answers)
    yield from cleaned_up(situation, effects)


def snapshot_before(situation: Situation) -> Step:
    """Return the step that keeps what ARM shows today."""
    return Step(
        title="Keep a snapshot of today",
        effect="Routes, addresses and rules of today can be looked up and compared afterwards.",
        commands=(take_snapshot(situation.today.cluster, BEFORE),),
    )


def check_after(situation: Situation, update: Target) -> Step:
    """Return the step that compares and checks after an update."""
    cluster = situation.today.cluster
    after = f"after-{update}.json.gz"
    return Step(
        title=f"Check the cluster on {update.words}",
        effect="What changed beyond what is listed here shows, and so does what is wrong.",
        commands=(
            take_snapshot(cluster, after),
            f"aks-inspector diff {BEFORE} {after}",
            f"aks-inspector check --snapshot {after}",
            kubectl(cluster, "get nodes,pods --all-namespaces --output wide"),
        ),
        watch="services from outside, name resolution, and what leaves by a firewall",
    )


def _step(remedy: Remedy, *settles: Condition) -> Step:
    return Step(
        title=remedy.words,
        settles=settles,
        reimages=remedy.reimages,
        effect=remedy.effect,
        risk=remedy.risk,
        is_reversible=remedy.is_reversible,
        commands=remedy.commands,
        branches=remedy.branches,
        placeholders=remedy.placeholders,
        watch=remedy.watch,
    )


def _looks(situation: Situation, answers: _Answers) -> Iterator[Step]:
    """Yield where to look; an identity that is yet to be given gets its rights with it."""
    for condition, look in LOOKS.items():
        is_new = condition is Condition.IDENTITY_RIGHTS and _is_unmet(answers, Condition.IDENTITY)
        if answers.get(condition) is Answer.NOT_VISIBLE and not is_new:
            yield _step(look(situation), condition)


def _repairs(situation: Situation, answers: _Answers) -> Iterator[Step]:
    """Yield what is not met; one command does both where two conditions need it."""
    done: set[Condition] = set()
    for condition, repair in REPAIRS.items():
        if _is_unmet(answers, condition) and condition not in done:
            also = [e for e in _WITH.get(condition, ()) if _is_unmet(answers, e)]
            done.update(also)
            yield _step(repair(situation), condition, *also)


def _is_unmet(answers: _Answers, condition: Condition) -> bool:
    return answers.get(condition) is Answer.NOT_MET


def _to_overlay(situation: Situation, answers: _Answers, proposal: PodCIDRProposal | None) -> Step:
    cluster = situation.today.cluster
    is_kubenet = same_text(cluster.properties.network_profile.network_plugin, "kubenet")
    pod_cidr = _pod_cidr(answers, proposal, is_required=not is_kubenet)
    routes = " The pod routes go." if is_kubenet else " The pods' addresses in the network go."
    update = az_cluster(
        cluster,
        "update",
        network_plugin="azure",
        network_plugin_mode="overlay",
        pod_cidr=pod_cidr,
    )
    return Step(
        title=f"Move to {Target.OVERLAY.words}",
        update=Target.OVERLAY,
        reimages=1,
        settles=tuple(each for each in _RANGES if _is_unmet(answers, each)),
        effect=f"{REIMAGE}; every pod restarts with another address.{routes}",
        risk="No way back: AKS moves no cluster from Overlay to another model.",
        is_reversible=False,
        commands=(update, *_watch(situation)),
        placeholders=(POD_CIDR,) if pod_cidr == POD_CIDR.name else (),
        watch="pod disruption budgets that hold the drain up, and nodes that stay NotReady",
    )


def _pod_cidr(
    answers: _Answers, proposal: PodCIDRProposal | None, *, is_required: bool
) -> str | None:
    """Return the range to move with: what is proposed, ``None`` to keep the one of today."""
    if proposal is not None and proposal.cidr is not None:
        return None if proposal.choice is PodCIDRChoice.KEEP else proposal.cidr
    is_unfit = any(_is_unmet(answers, each) for each in _RANGES)
    return POD_CIDR.name if is_required or is_unfit else None


def _to_cilium(situation: Situation, answers: _Answers) -> Step:
    cluster = situation.today.cluster
    replaced = _is_unmet(answers, Condition.POLICY_ENGINE)
    engine = " Cilium replaces the policy engine." if replaced else ""
    return Step(
        title="Move to the Cilium data plane",
        update=Target.CILIUM,
        reimages=1,
        effect=f"{REIMAGE}; how pods get their addresses stays as it is.{engine}",
        risk="Policies count only once the last node is reimaged, and then all of them do.",
        is_reversible=False,
        commands=(az_cluster(cluster, "update", network_dataplane="cilium"), *_watch(situation)),
        watch="pod disruption budgets that hold the drain up, and traffic that policies drop",
    )


def _watch(situation: Situation) -> tuple[str, ...]:
    query = "[provisioningState, networkProfile.networkPluginMode, networkProfile.networkDataplane]"
    return (az_cluster(situation.today.cluster, "show", query=query),)


def _engine_on(situation: Situation, policy: str) -> Step:
    """Return the step that puts the engine of before on again; it may be one that ends."""
    cluster, day = situation.today.cluster, engine_ends(situation.today)
    ends = f" This engine ends on {day}: you would have to move again." if day is not None else ""
    cilium = Branch(
        when="Instead, the Cilium data plane brings an engine that stays, with the same reimage; "
        "try your policies with it first",
        commands=(az_cluster(cluster, "update", network_dataplane="cilium"),),
    )
    return Step(
        title=f"Put network policy engine {policy} on again, or Cilium in its place",
        reimages=1,
        effect="The NetworkPolicy objects count again.",
        risk=f"{REIMAGE}.{ends}",
        commands=(az_cluster(cluster, "update", network_policy=policy),),
        branches=() if runs_windows(situation.today) else (cilium,),
    )


def _back_on(situation: Situation, path: tuple[Target, ...], answers: _Answers) -> Iterator[Step]:
    """Yield what was off for the updates alone; Cilium is a policy engine itself."""
    cluster = situation.today.cluster
    policy = (cluster.properties.network_profile.network_policy or "").lower()
    was_removed = _is_unmet(answers, Condition.NETWORK_POLICY)
    if was_removed and Target.CILIUM not in path and policy in _OLD_ENGINES:
        yield _engine_on(situation, policy)
    if _is_unmet(answers, Condition.AUTO_PROVISIONING):
        yield Step(
            title="Turn node auto-provisioning on again",
            effect="Nodes come and go outside the pools as before.",
            commands=(az_cluster(cluster, "update", node_provisioning_mode="Auto"),),
            watch="the CPU limit of 0 that the node pools of Karpenter have got",
        )
