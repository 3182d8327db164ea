"""Load balancers by what they serve: public services, internal ones, the way out."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from inspector.cluster.api_server import is_api_server
from inspector.cluster.ownership import Owner, OwnerKind, owner_of_frontend
from inspector.cluster.pool_members import (
    MemberKind,
    PoolMembers,
    PoolPurpose,
    hidden_balancers,
    members_by_balancer,
)
from inspector.comparison.answers import Question, Said, said, unless_hidden, unseen, untold
from inspector.comparison.outbound import addresses_of
from inspector.comparison.side import Side
from inspector.planning.figures import several
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    LoadBalancer,
    LoadBalancingRule,
    Relation,
    same_text,
)
from inspector.wording import names, share

_KNOWN: Final = {"basic": "Basic", "standard": "Standard", "gateway": "Gateway"}


class _Frontend(NamedTuple):
    frontend: FrontendIPConfiguration
    owner: Owner

    @property
    def is_public(self) -> bool:
        """Whether its address is a public one."""
        properties = self.frontend.properties
        return (properties.public_ip_address or properties.public_ip_prefix) is not None


def _balancers(side: Side) -> tuple[LoadBalancer, ...]:
    """Return the load balancers of nodes; the API server's is Azure's own."""
    every = side.topology.all(LoadBalancer)
    return tuple(each for each in every if not is_api_server(side.topology, each.id))


def _frontends(side: Side) -> Iterator[_Frontend]:
    for balancer in _balancers(side):
        for each in balancer.properties.frontend_ip_configurations:
            yield _Frontend(each, owner_of_frontend(side.topology, each))


def _unless_hidden(answer: Callable[[Side], Said]) -> Callable[[Side], Said]:
    """Return the question with the answer that something may hide a load balancer."""

    def asked(side: Side) -> Said:
        return unless_hidden(hidden_balancers(side.topology), lambda: answer(side))

    return asked


def _sku(side: Side) -> Said:
    skus = dict.fromkeys((each.sku.name or "Basic").lower() for each in _balancers(side))
    if not skus:
        return said(None, "no load balancer: no service and no outbound rule needs one")
    words = " and ".join(_KNOWN.get(each, each) for each in sorted(skus))
    cause = f"loadBalancerSku {(side.profile.load_balancer_sku or 'not told').lower()}"
    return said(words, cause, balancers=len(_balancers(side)))


def _pools(side: Side) -> list[PoolMembers]:
    """Return the pools of every node, of both families."""
    found = side.topology.once(members_by_balancer)
    pools = [pool for _, held in found for pool in held]
    return [each for each in pools if each.purpose is PoolPurpose.EVERY_NODE]


def _pool_type(side: Side) -> Said:
    kinds = {each.holds_addresses for each in _pools(side) if each.members}
    declared = side.profile.load_balancer_profile.backend_pool_type or "not declared"
    cause = f"backendPoolType {declared}"
    if not kinds:
        return said(None, "no pool with members")
    words = {True: "addresses of nodes", False: "NICs of nodes"}
    return said(" and ".join(words[each] for each in sorted(kinds)), cause)


def _members(side: Side) -> Said:
    pools = _pools(side)

    def answer() -> Said:
        nodes = {
            member.node.id
            for pool in pools
            for member in pool.members
            if member.node is not None and pool.is_own(member)
        }
        hidden = [m.gap for p in pools for m in p.members if m.kind is MemberKind.HIDDEN]
        gap = next((each for each in hidden if each is not None), None)
        if gap is not None:
            return unseen(gap)
        total = len(side.topology.nodes)
        if not pools:
            return said(None, "no service of type LoadBalancer needs a pool")
        if not total:
            return said(None, "no node")
        is_all = len(nodes) == total
        words = share(len(nodes), total, "node")
        cause = "every node is in it" if is_all else f"{words} are in it"
        return said("all nodes" if is_all else words, cause, members=len(nodes), nodes=total)

    return unless_hidden(side.topology.hidden_nodes, answer)


def _services(*, is_public: bool) -> Callable[[Side], Said]:
    kind = "public" if is_public else "internal"

    def answer(side: Side) -> Said:
        every = [each for each in _frontends(side) if each.is_public is is_public]
        doubtful = [each for each in every if each.owner.kind is OwnerKind.UNKNOWN]
        if doubtful:
            return untold(doubtful[0].frontend.id, doubtful[0].owner.because)
        own = [each for each in every if each.owner.kind is OwnerKind.SERVICE]
        if not own:
            return said(None, f"no {kind} service of type LoadBalancer")
        return _counted(side, own)

    return answer


def _counted(side: Side, frontends: Iterable[_Frontend]) -> Said:
    found = list(frontends)
    rules = _rules(side, [each.frontend.id for each in found])
    probes = {probe for each in rules for probe in side.topology.linked(each, Relation.PROBE)}
    numbers = ((len(found), "frontend"), (len(rules), "rule"), (len(probes), "probe"))
    return said(
        ", ".join(several(number, noun) for number, noun in numbers),
        names(sorted({_service(each.owner) for each in found})),
        frontends=len(found),
        rules=len(rules),
        probes=len(probes),
    )


def _service(owner: Owner) -> str:
    """Return the services of a frontend; what a name alone gives is no name of theirs."""
    return ", ".join(owner.services) or "a service that no tag names"


def _rules(side: Side, frontends: Iterable[ResourceId]) -> list[ResourceId]:
    return [
        user
        for each in frontends
        for user in side.topology.referring(each, Relation.FRONTEND)
        if same_text(user.type, LoadBalancingRule.arm_type)
    ]


def _outbound(side: Side) -> Said:
    """Return the frontends that outbound rules alone use, and those rules."""
    own = [each for each in _frontends(side) if each.owner.kind is OwnerKind.OUTBOUND]
    way_out = f"outbound type {side.profile.outbound_type or 'not declared'}"
    if not own:
        return said(None, way_out)
    users = {
        user
        for each in own
        for user in side.topology.referring(each.frontend.id, Relation.FRONTEND)
    }
    words = f"{several(len(own), 'frontend')}, {several(len(users), 'outbound rule')}"
    return said(words, way_out, addresses_of(side), frontends=len(own), outbound_rules=len(users))


def _others(side: Side) -> Said:
    """Return the frontends that serve nobody, or something that is not recognised."""
    kinds = (OwnerKind.NOBODY, OwnerKind.UNRECOGNISED)
    own = [each for each in _frontends(side) if each.owner.kind in kinds]
    doubtful = [each for each in _frontends(side) if each.owner.kind is OwnerKind.UNKNOWN]
    if doubtful:
        return untold(doubtful[0].frontend.id, doubtful[0].owner.because)
    if not own:
        return said(None, "none left over")
    unused = sum(each.owner.kind is OwnerKind.NOBODY for each in own)
    parts = [f"{unused} without rules"] if unused else []
    parts += [f"{len(own) - unused} not recognised"] if len(own) > unused else []
    return said(", ".join(parts), "left over, or the user's own", frontends=len(own), unused=unused)


QUESTIONS: Final = (
    Question("load-balancer-sku", "Load balancer SKU", _unless_hidden(_sku)),
    Question("backend-pool-type", "Backend pools hold", _unless_hidden(_pool_type)),
    Question("backend-pool-members", "Members of the pool of nodes", _unless_hidden(_members)),
    Question("public-services", "Public services", _unless_hidden(_services(is_public=True))),
    Question("internal-services", "Internal services", _unless_hidden(_services(is_public=False))),
    Question("outbound-frontends", "Frontends of the way out", _unless_hidden(_outbound)),
    Question("other-frontends", "Other frontends", _unless_hidden(_others)),
)
