"""The steps to a new cluster beside this one, in their order."""

from collections.abc import Iterator
from typing import Final

from inspector.checking import az, az_cluster
from inspector.cluster.move_conditions import Situation
from inspector.network.targets import Target
from inspector.planning.moves.commands import take_snapshot
from inspector.planning.moves.effects import Effects
from inspector.planning.moves.new_cluster.commands import NEW_NAME, creation
from inspector.planning.moves.new_cluster.decisions import decisions
from inspector.planning.moves.new_cluster.losses import not_carried
from inspector.planning.moves.new_cluster.subnets import make_subnets
from inspector.planning.moves.readiness import before_second_cluster
from inspector.planning.moves.steps import BEFORE, snapshot_before
from inspector.planning.moves.surroundings import callers_prepared
from inspector.planning.moves.views import Step

_AFTER: Final = "new-cluster.json.gz"
_POSTURE: Final = "[sku, networkProfile, apiServerAccessProfile, bootstrapProfile]"


def steps_beside(situation: Situation, target: Target, effects: Effects) -> Iterator[Step]:
    """Yield the steps to a new cluster beside this one."""
    yield snapshot_before(situation)
    yield before_second_cluster(situation)
    open_questions = decisions(situation.today.cluster)
    if open_questions:
        yield _decide(situation, target, open_questions)
    else:
        yield from make_subnets(situation, target, effects)
        yield _create(situation, target, effects)
    yield from callers_prepared(situation, effects)
    yield _move_workloads(situation)


def _decide(situation: Situation, target: Target, open_questions: tuple[str, ...]) -> Step:
    return Step(
        title=f"Decide how a cluster with {target.words} is to be built",
        effect="No command to create it is printed, as it would build something else than this "
        f"cluster is. {' '.join(open_questions)}",
        commands=(az_cluster(situation.today.cluster, "show", query=_POSTURE),),
    )


def _create(situation: Situation, target: Target, effects: Effects) -> Step:
    cluster = situation.today.cluster
    proposal = effects.pod_cidr
    made = creation(situation, target, proposal.cidr if proposal is not None else None)
    versions = az(
        "aks",
        "get-versions",
        location=cluster.location,
        subscription=cluster.id.subscription,
        output="table",
    )
    return Step(
        title=f"Create a cluster with {target.words}",
        not_carried=not_carried(situation, target),
        effect="It stands beside this one; nothing of this one changes. Pools, ways in and out, "
        "identity and guards are those of this cluster as far as the commands name them.",
        commands=(versions, *made.commands),
        branches=made.branches,
        placeholders=made.placeholders,
        watch="read the commands against what az aks show prints of this cluster before you run "
        "them",
    )


def _move_workloads(situation: Situation) -> Step:
    cluster = situation.today.cluster
    return Step(
        title="Move the workloads, then delete this cluster",
        effect="Services get new addresses; names and firewalls have to follow.",
        risk="Once this cluster is deleted there is no way back.",
        is_reversible=False,
        commands=(
            take_snapshot(cluster, _AFTER, name=NEW_NAME.name),
            f"aks-inspector compare {BEFORE} {_AFTER}",
        ),
        placeholders=(NEW_NAME,),
        watch="volumes, certificates, and clients that know addresses of this cluster",
    )
