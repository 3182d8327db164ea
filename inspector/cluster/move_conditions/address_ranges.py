"""Whether the pod CIDR of today may stay where it is.

Source: AKS "update-azure-cni" and "concepts-network-azure-cni-overlay".
"""

from collections.abc import Iterator
from typing import Final

from inspector.cluster.address_plan import (
    OWN_NETWORKS,
    RESERVED,
    AddressPlan,
    Collision,
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
from inspector.cluster.move_conditions.subnets import own_subnets
from inspector.network.ranges import LabelledRange, overlaps_between

_OTHERS: Final = (
    Role.SERVICE_CIDR,
    Role.DOCKER_BRIDGE,
    *OWN_NETWORKS,
    Role.PEER,
    Role.ON_PREMISES,
)


def pod_cidr_ranges(situation: Situation) -> Iterator[Requirement]:
    """Yield whether anything has addresses in the pod CIDR, then whether the network is around it.

    Networks that AKS made years ago may be 10.0.0.0/8 around 10.244.0.0/16. AKS takes no new pod
    CIDR inside a network; whether it takes one along into Overlay is not documented.
    """
    today = situation.today
    plan = with_on_premises(today.once(plan_addresses), today.cluster, situation.on_premises)
    found = collisions(plan, Role.POD_CIDR, _OTHERS)
    latent = [each for each in found if each.is_latent]
    yield _apart(situation, plan, [each for each in found if not each.is_latent])
    if latent or not own_subnets(today):
        words = f"; today {'; '.join(each.words for each in latent)}" if latent else ""
        yield _requirement(
            Condition.POD_CIDR_OUTSIDE,
            f"a pod CIDR outside the network's range{words}",
            plan,
            latent,
            is_broken=bool(latent),
        )


def _apart(situation: Situation, plan: AddressPlan, found: list[Collision]) -> Requirement:
    ours = plan.of(Role.POD_CIDR)
    reserved = overlaps_between(
        [LabelledRange(each, each.range) for each in ours],
        [LabelledRange(None, each) for each in RESERVED],
    )
    words = [each.words for each in found]
    words += [
        f"pod CIDR {pods.label.text} meets reserved {other.range}" for pods, other in reserved
    ]
    untold = "" if situation.on_premises else "; those on premises are not known"
    met_by = f"; today {'; '.join(words)}" if words else untold
    return _requirement(
        Condition.POD_CIDR_APART,
        f"a pod CIDR in which nothing else has addresses{met_by}",
        plan,
        found,
        is_broken=bool(words),
    )


def _requirement(
    condition: Condition,
    words: str,
    plan: AddressPlan,
    found: list[Collision],
    *,
    is_broken: bool,
) -> Requirement:
    ours = plan.of(Role.POD_CIDR)
    doubts = plan.doubts_about(Role.POD_CIDR, *_OTHERS)
    ranges = [each for collision in found for each in collision.ranges] or ours
    return Requirement(
        condition=condition,
        words=words,
        answer=open_answer(is_broken=is_broken, is_open=bool(plan.gaps or doubts or not ours)),
        readings=tuple(
            dict.fromkeys(reading(each.owner, each.field, each.text) for each in ranges)
        ),
        gaps=plan.gaps,
        doubts=doubts,
    )
