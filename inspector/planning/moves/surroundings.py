"""The steps around a move for what names addresses of pods: callers, security rules, routes.

Sources: AKS "concepts-network-azure-cni-overlay" for the rules that pods need; "update-azure-cni"
for the route table that AKS deletes.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.checking import az, az_at
from inspector.cluster.move_conditions import Condition, Situation
from inspector.network.service_rules import sides
from inspector.planning.moves.commands import az_subnet, kubectl, with_words
from inspector.planning.moves.effects import Effects, ReachChange, RuleChange, RuleLeft, RuleSide
from inspector.planning.moves.effects.denials import DenyingRule
from inspector.planning.moves.effects.route_tables import TableChange
from inspector.planning.moves.views import Branch, Placeholder, Step
from inspector.resource_id import ResourceId
from inspector.resources import NetworkSecurityGroup
from inspector.wording import count, names

_LOSING: Final = {ReachChange.LOSES, ReachChange.MAY_LOSE}
_MOVED: Final = {RuleChange.ENDS, RuleChange.NARROWS}
_SIDES: Final = {
    RuleSide.SOURCE: "source-address-prefixes",
    RuleSide.DESTINATION: "destination-address-prefixes",
}
_PRIORITY: Final = Placeholder(
    name="PRIORITY", meaning="a free number below that of the rule in the way"
)
_TABLE: Final = Placeholder(name="ROUTE_TABLE", meaning="the name of a new route table of yours")
_TABLE_ID: Final = Placeholder(
    name="ROUTE_TABLE_ID", meaning="the id that az network route-table create printed"
)


def prepared(situation: Situation, effects: Effects) -> Iterator[Step]:
    """Yield what is done before pods have other addresses."""
    yield from callers_prepared(situation, effects)
    yield from _rules_prepared(situation, effects)
    yield from _routes_kept(situation, effects)


def callers_prepared(situation: Situation, effects: Effects) -> Iterator[Step]:
    """Yield the step for those who call pods at their own addresses, if anybody is seen to."""
    callers = [each for each in effects.reach.callers if each.change in _LOSING]
    if not callers:
        return
    certain = [f"{e.kind} {e.name}" for e in callers if e.change is ReachChange.LOSES]
    perhaps = [f"{e.kind} {e.name}" for e in callers if e.change is ReachChange.MAY_LOSE]
    words = f"Direct reach ends for {names(certain)}. " if certain else ""
    words += f"Direct reach may end for {names(perhaps)}. " if perhaps else ""
    advices = dict.fromkeys(each.advice.removesuffix(".") for each in callers if each.advice)
    cluster = situation.today.cluster
    yield Step(
        title="Prepare who calls pods directly",
        effect=f"{words}Who calls at a service's address does not notice the move.",
        commands=(kubectl(cluster, "get services --all-namespaces --output wide"),),
        watch="; ".join(advices) or None,
    )


def _rules_prepared(situation: Situation, effects: Effects) -> Iterator[Step]:
    """Yield the step for rules that stop or begin to match pods, and for those in the way."""
    reach, cidr = effects.reach, effects.pod_cidr.cidr if effects.pod_cidr is not None else None
    moved = [each for each in reach.rules if each.change in _MOVED]
    others = [e for e in reach.rules if e.change in {RuleChange.BEGINS, RuleChange.UNCERTAIN}]
    widened = [_with_range(situation, each, cidr) for each in moved] if cidr else []
    widened = list(dict.fromkeys(widened))
    allowed = tuple(_allow(effects, each, cidr) for each in _ways(reach.denying)) if cidr else ()
    looked = others if widened or not moved else [*moved, *others]
    shown = tuple(dict.fromkeys(_show(each.id) for each in looked))
    if not (widened or allowed or shown):
        return
    told = [f"{names(e.name for e in moved)} would no longer match pods"] if moved else []
    told += [f"{names(e.name for e in reach.denying)} may deny the cluster's own traffic"] * bool(
        reach.denying
    )
    looks = Branch(
        when=f"See whether {names(dict.fromkeys(e.name for e in others))} should match pods",
        commands=shown,
    )
    yield Step(
        title="Prepare the security rules for the new addresses of pods",
        effect=f"{'; '.join(told)}." if told else "Some rules match other pods after the move.",
        commands=(*widened, *allowed, *(() if others else shown)),
        branches=(looks,) if others and shown else (),
        placeholders=(_PRIORITY,) if allowed else (),
    )


def _show(rule: ResourceId) -> str:
    return az("network", "nsg", "rule", "show", ids=str(rule))


def _texts(situation: Situation, left: RuleLeft) -> tuple[str, ...]:
    """Return all that a rule names on a side."""
    group = situation.today.seen(left.group_id, NetworkSecurityGroup)
    rules = group.properties.security_rules if group is not None else ()
    found = next((each for each in rules if each.id == left.id), None)
    if found is None:
        return (left.text,)
    return sides(found)[list(RuleSide).index(left.side)]


def _with_range(situation: Situation, left: RuleLeft, cidr: str) -> str:
    """Return the command by which a rule names the new range as well."""
    texts = dict.fromkeys((*_texts(situation, left), cidr))
    return _renamed(left, texts)


def _renamed(left: RuleLeft, texts: Iterable[str]) -> str:
    update = az("network", "nsg", "rule", "update", ids=str(left.id))
    return with_words(update, _SIDES[left.side], texts)


def _ways(rules: Iterable[DenyingRule]) -> Iterator[DenyingRule]:
    """Yield the first rule in the way of each group and direction."""
    found: dict[tuple[ResourceId, str], DenyingRule] = {}
    for each in rules:
        found.setdefault((each.group_id, (each.direction or "").lower()), each)
    yield from found.values()


def _allow(effects: Effects, rule: DenyingRule, cidr: str) -> str:
    """Return the command that lets traffic of nodes and pods to pods pass a group."""
    nodes = [prefix for each in effects.stays.subnets for prefix in each.prefixes]
    create = az_at(
        rule.group_id,
        "network",
        "nsg",
        "rule",
        "create",
        nsg_name=rule.group,
        name=f"allow-pods-{(rule.direction or 'inbound').lower()}",
        priority=_PRIORITY.name,
        direction=rule.direction or "Inbound",
        access="Allow",
        protocol="*",
        destination_address_prefixes=cidr,
        destination_port_ranges="*",
    )
    return with_words(create, "source-address-prefixes", dict.fromkeys((*nodes, cidr)))


def _lost(effects: Effects) -> list[TableChange]:
    """Return the tables that go with routes that the cluster did not write."""
    return [each for each in effects.changes.route_tables if each.is_deleted and each.others]


def _routes_kept(situation: Situation, effects: Effects) -> Iterator[Step]:
    """Yield the step that writes routes which AKS will delete into a table that stays."""
    lost = _lost(effects)
    if not lost:
        return
    place, location = situation.today.cluster.id, situation.today.cluster.location
    routes = [route for each in lost for route in each.others]
    words = ("network", "route-table")
    yield Step(
        title="Write the routes that go with AKS's table into one of yours",
        settles=(Condition.ROUTES_LOST,),
        effect=f"{names(each.name for each in routes)} can be put on the subnets again.",
        commands=(
            az_at(place, *words, "create", name=_TABLE.name, location=location, query="id"),
            *(
                az_at(
                    place,
                    *words,
                    "route",
                    "create",
                    route_table_name=_TABLE.name,
                    name=each.name,
                    address_prefix=each.prefix,
                    next_hop_type=each.next_hop_type,
                    next_hop_ip_address=each.next_hop,
                )
                for each in routes
            ),
        ),
        placeholders=(_TABLE,),
    )


def cleaned_up(situation: Situation, effects: Effects) -> Iterator[Step]:
    """Yield the step for what still names the addresses that pods had."""
    cidr = effects.pod_cidr.cidr if effects.pod_cidr is not None else None
    routes = effects.reach.routes
    ended = [each for each in effects.reach.rules if each.change is RuleChange.ENDS]
    ended = ended if cidr is not None else []
    lost = _lost(effects)
    yours = [each for each in effects.changes.route_tables if not each.is_deleted]
    own = set(situation.today.subnets_of_nodes)
    held = [e for table in (*lost, *yours) for e in table.subnets if e in own]
    if not (routes or ended or held):
        return
    told = [f"{count(len(routes), 'route')} to pods of before: {names(e.name for e in routes)}"]
    told = told * bool(routes)
    told += [f"the old range in {names(e.name for e in ended)}"] * bool(ended)
    told += [f"whether {names(e.name for e in yours)} is still on the subnets"] * bool(yours)
    told += ["the routes of yours, back on the subnets"] * bool(lost)
    yield Step(
        title="Clean up what named the old addresses of pods",
        effect=f"What the move leaves: {'; '.join(told)}.",
        risk="Somebody else may use them: ask before you delete." if routes or ended else None,
        commands=(
            *(az_subnet(e, "update", route_table=_TABLE_ID.name) for e in held if lost),
            *(az_subnet(e, "show", query="routeTable.id") for e in held if not lost),
            *(az("network", "route-table", "route", "delete", ids=str(e.id)) for e in routes),
            *dict.fromkeys(_renamed(e, _without(situation, e, ended, cidr)) for e in ended),
        ),
        placeholders=(_TABLE_ID,) if lost and held else (),
    )


def _without(
    situation: Situation, left: RuleLeft, ended: Iterable[RuleLeft], cidr: str | None
) -> Iterator[str]:
    """Yield what a rule names on a side once the ranges of before are out of it."""
    old = {each.text for each in ended if (each.id, each.side) == (left.id, left.side)}
    kept = (each for each in _texts(situation, left) if each not in old)
    yield from dict.fromkeys((*kept, *((cidr,) if cidr is not None else ())))
