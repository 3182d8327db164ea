"""Who reaches pods before and after a move, and what the move leaves as it is."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from inspector.planning.moves.effects import (
    Caller,
    Effects,
    Reach,
    ReachChange,
    RouteLeft,
    RuleChange,
    RuleLeft,
    Stays,
    Way,
)
from inspector.planning.moves.effects.callers import CallingDevice
from inspector.planning.moves.effects.denials import DenyingRule
from inspector.planning.moves.effects.stays import StayingFrontend, StayingSubnet, StayingWayOut
from inspector.renderers.blocks import (
    UNKNOWN,
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    join,
    row,
    show,
    table,
)
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report import Unknown
from inspector.wording import count, names

_TONES: Final = {
    ReachChange.LOSES: Tone.BAD,
    ReachChange.MAY_LOSE: Tone.WARNING,
    ReachChange.GAINS: Tone.PLAIN,
    ReachChange.HAD_NONE: Tone.MUTED,
}
_RULE_TONES: Final = {
    RuleChange.ENDS: Tone.WARNING,
    RuleChange.NARROWS: Tone.WARNING,
    RuleChange.STAYS: Tone.PLAIN,
    RuleChange.BEGINS: Tone.WARNING,
    RuleChange.UNCERTAIN: Tone.WARNING,
}
_MOST_LINES: Final = 10
"""Addresses in one list of facts before only their number is told."""


def lay_out_reach(effects: Effects, most: int | None) -> Iterator[Block]:
    """Yield who gains and loses reach, and the routes and rules that name pods' addresses."""
    reach = effects.reach
    yield Heading(3, "Who reaches pods")
    yield Paragraph(_in_short(effects))
    if reach.is_changed:
        yield facts(
            ("Reached today by", reach.reached_today_by),
            ("Then by", reach.reached_then_by),
            ("A pod is seen as today", reach.seen_as_today),
            ("Then as", reach.seen_as_then),
        )
    yield from _tables(reach, most)
    for advice, froms in _advice(reach.callers):
        yield Paragraph(Text(f"For {froms}: {advice}"))
    for note in reach.notes:
        yield Paragraph(Text(note, Tone.MUTED))
    yield from lay_out_missing(reach.missing)


def _tables(reach: Reach, most: int | None) -> Iterator[Block]:
    if reach.callers:
        callers = ("From", "In", "Devices", "Becomes", "Why")
        yield table(callers, reach.callers, _caller, most=most)
    if reach.routes:
        routes = ("Route left behind", "Table", "Prefix", "Next hop", "On subnets")
        yield table(routes, reach.routes, _route, most=most)
    if reach.rules:
        rules = ("Security rule", "Group", "Direction", "Names", "Becomes")
        yield table(rules, reach.rules, _rule, most=most)
    if reach.denying:
        denying = ("Rule in the way then", "Group", "Priority", "Would deny")
        yield table(denying, reach.denying, _denying, most=most)


def _in_short(effects: Effects) -> Text:
    reach = effects.reach
    if not reach.is_changed and not reach.rules:
        return Text("Nobody gains or loses reach.", Tone.GOOD)
    least = "at least " if reach.missing else ""
    losing = _froms(reach.callers, ReachChange.LOSES)
    gaining = _froms(reach.callers, ReachChange.GAINS)
    if losing:
        return Text(f"Direct reach is lost by {least}{names(losing)}.", Tone.BAD)
    if gaining:
        return Text(f"Pods are then reached directly from {least}{names(gaining)}.")
    return _without_known_change(reach)


def _without_known_change(reach: Reach) -> Text:
    """Return what to say where nobody is seen to gain or lose reach for certain."""
    if not reach.is_told:
        return Text("Who reaches pods today is a matter of your own CNI.", Tone.WARNING)
    perhaps = _froms(reach.callers, ReachChange.MAY_LOSE)
    if perhaps:
        words = f"Whether pods are called from {names(perhaps)} does not show in ARM."
        return Text(words, Tone.WARNING)
    if reach.missing:
        return Text("Who reaches pods could not all be seen.", Tone.WARNING)
    return Text("No subnet or gateway is seen that would gain or lose direct reach.", Tone.GOOD)


def _froms(callers: Iterable[Caller], change: ReachChange) -> list[str]:
    return [f"{each.kind} {each.name}" for each in callers if each.change is change]


def _caller(caller: Caller) -> tuple[Text, ...]:
    return row(
        f"{caller.kind} {caller.name}",
        caller.place.name if caller.place is not None else None,
        _devices(caller.devices),
        Text(caller.change, _TONES[caller.change]),
        caller.reason,
    )


def _devices(devices: tuple[CallingDevice, ...] | Unknown) -> Text:
    if isinstance(devices, Unknown):
        return show(devices)
    if not devices:
        return show(None)
    return Text(names(f"{each.type} {each.name}" for each in devices))


def _advice(callers: Iterable[Caller]) -> Iterator[tuple[str, str]]:
    """Yield each advice once, with those it is for."""
    found: dict[str, list[str]] = {}
    for each in callers:
        if each.advice is not None and each.change is not ReachChange.HAD_NONE:
            found.setdefault(each.advice, []).append(f"{each.kind} {each.name}")
    for advice, froms in found.items():
        yield advice, names(froms)


def _route(route: RouteLeft) -> tuple[Text, ...]:
    subnets = tuple(each.name for each in route.subnets)
    return row(route.name, route.table, route.prefix, route.next_hop, subnets)


def _rule(rule: RuleLeft) -> tuple[Text, ...]:
    direction = " ".join(filter(None, (rule.access, rule.direction)))
    names_it = f"{rule.side} {rule.text}"
    return row(
        rule.name, rule.group, direction, names_it, Text(rule.change, _RULE_TONES[rule.change])
    )


def _denying(rule: DenyingRule) -> tuple[Text, ...]:
    words = names(rule.traffic)
    told = Text(words, Tone.BAD) if rule.is_certain else Text(f"perhaps: {words}", Tone.WARNING)
    return row(rule.name, rule.group, rule.priority, told)


def lay_out_stays(effects: Effects, most: int | None) -> Iterator[Block]:
    """Yield what others know of the cluster, which stays or is to be taken along."""
    stays = effects.stays
    is_new = effects.way is Way.NEW_CLUSTER
    yield Heading(3, "What does not come along" if is_new else "What stays")
    if is_new:
        words = "Others know these of this cluster; a new one has its own until you move them."
        yield Paragraph(Text(words))
    yield facts(*_facts(stays, most))
    yield from lay_out_missing(stays.missing)


def _facts(stays: Stays, most: int | None) -> Iterator[tuple[str, Any]]:
    none = Text(UNKNOWN, Tone.WARNING) if stays.missing else None
    public = [_frontend(each) for each in stays.frontends if not each.is_internal]
    internal = [_frontend(each) for each in stays.frontends if each.is_internal]
    yield "Public ways in", _lines(public, most) or none
    yield "Internal ways in", _lines(internal, most) or none
    yield "Ways out", _lines([_way_out(each) for each in stays.ways_out], most) or none
    yield "API server", stays.api_server
    if not stays.is_same_cluster:
        return
    yield "Service CIDR", stays.service_cidrs
    if stays.dns_service_ip:
        yield "DNS service", stays.dns_service_ip
    yield "Subnets of nodes", _lines([_subnet(each) for each in stays.subnets], most) or none


def _lines(lines: list[Text], most: int | None) -> list[Text] | None:
    if most is None or len(lines) <= _MOST_LINES:
        return lines or None
    rest = Text(f"and {len(lines) - _MOST_LINES} more: --all shows them", Tone.MUTED)
    return [*lines[:_MOST_LINES], rest]


def _frontend(each: StayingFrontend) -> Text:
    address = show(each.address)
    return Text(f"{address.text} {each.owner.words}", address.tone)


def _way_out(way: StayingWayOut) -> Text:
    addresses = join(map(show, way.addresses[:_MOST_LINES]))
    more = len(way.addresses) - _MOST_LINES
    told = addresses.text or ", ".join(way.next_hops)
    rest = f" and {count(more, 'address')} more" if more > 0 else ""
    words = f"{way.kind} {told}{rest}".strip()
    if way.ends_with is not None:
        return Text(f"{words} ends: its route goes with {way.ends_with}", Tone.BAD)
    return Text(words, addresses.tone)


def _subnet(subnet: StayingSubnet) -> Text:
    guard = f", security group {subnet.security_group}" if subnet.security_group else ""
    gateway = f", NAT gateway {subnet.nat_gateway}" if subnet.nat_gateway else ""
    return Text(f"{subnet.name} ({', '.join(subnet.prefixes)}){guard}{gateway}")
