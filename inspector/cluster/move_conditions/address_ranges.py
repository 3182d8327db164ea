"""Whether the pod CIDR of today may stay where it is.

Source: AKS "update-azure-cni" and "concepts-network-azure-cni-overlay".
"""

from typing import Final

from inspector.cluster.address_plan import (
    OWN_NETWORKS,
    RESERVED,
    Role,
    collisions,
    plan_addresses,
    with_on_premises,
)
from inspector.cluster.move_conditions.kinds import (
    Condition,
    Requirement,
    Situation,
    open_answer,
    reading,
)
from inspector.network.ranges import LabelledRange, overlaps_between

_OTHERS: Final = (
    Role.SERVICE_CIDR,
    Role.DOCKER_BRIDGE,
    *OWN_NETWORKS,
    Role.PEER,
    Role.ON_PREMISES,
)


def pod_cidr_apart(situation: Situation) -> Requirement:
    """Return whether the pod CIDR of today meets no range around it, and none that AKS reserves."""
    today = situation.today
    plan = with_on_premises(today.once(plan_addresses), today.cluster, situation.on_premises)
    ours = plan.of(Role.POD_CIDR)
    found = collisions(plan, Role.POD_CIDR, _OTHERS)
    reserved = overlaps_between(
        [LabelledRange(each, each.range) for each in ours],
        [LabelledRange(None, each) for each in RESERVED],
    )
    words = [each.words for each in found]
    words += [
        f"pod CIDR {pods.label.text} meets reserved {other.range}" for pods, other in reserved
    ]
    doubts = plan.doubts_about(Role.POD_CIDR, *_OTHERS)
    ranges = [each for collision in found for each in collision.ranges] or ours
    untold = "" if situation.on_premises else "; those on premises are not known"
    met_by = f": {'; '.join(words)}" if words else untold
    return Requirement(
        condition=Condition.POD_CIDR_APART,
        words=f"a pod CIDR that meets no other range{met_by}",
        answer=open_answer(is_broken=bool(words), is_open=bool(plan.gaps or doubts or not ours)),
        readings=tuple(
            dict.fromkeys(reading(each.owner, each.field, each.text) for each in ranges)
        ),
        gaps=plan.gaps,
        doubts=doubts,
    )
