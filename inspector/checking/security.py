"""What the checks of security groups share: what rules deny, the evidence, how to look and mend."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from inspector.checking.check import evidence
from inspector.checking.commands import az, az_at
from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.cluster.egress import primary_interface
from inspector.cluster.protection import Protection
from inspector.findings import Evidence
from inspector.network import security_rules
from inspector.network.security_rules import DecidingRule, Part, Step
from inspector.network.security_rules.parsed_rules import Access
from inspector.network.security_rules.surroundings import (
    BALANCER_TAG,
    INTERNET_TAG,
    NETWORK_TAG,
    parse_ranges,
)
from inspector.network.security_rules.traffic import Protocol, services
from inspector.network.service_rules import LAST_PRIORITY, is_own_group, sides
from inspector.network.spaces import Space, common, merged
from inspector.resource_id import ResourceId
from inspector.resources import NetworkSecurityGroup, SecurityRule, same_text
from inspector.wording import names

_GROUP: Final = "properties.networkSecurityGroup.id"
_FIRST_PRIORITY: Final = 100
TAKE_OUT: Final = (
    "Take the rule out of this group, which AKS keeps: rules of your own are not supported there."
)
_MOST_TRAFFIC: Final = 2
_OF_THE_NETWORK: Final = frozenset({NETWORK_TAG, BALANCER_TAG, INTERNET_TAG})
_TCP: Final = services((Protocol.TCP,), ((1, 65_535),))


class Denial(NamedTuple):
    """A part of a flow that a rule denies for certain; ``pair`` tells whose traffic it is."""

    protection: Protection
    part: Part
    pair: str

    @property
    def step(self) -> Step:
        """The answer of the group that denies."""
        return self.part.steps[-1]

    @property
    def group(self) -> NetworkSecurityGroup:
        """The group that denies."""
        return next(each for each in self.protection.groups if each.id == self.step.group)

    @property
    def rule(self) -> DecidingRule:
        """The rule that denies, the first where several do."""
        return self.step.rules[0]

    @property
    def services(self) -> Space:
        """The protocols and ports that are denied."""
        return merged(span for share in self.part.shares for span in share.services)


def denials(
    verdict: Verdict, protection: Protection, parts: Iterable[Part], pair: str
) -> Iterator[Denial]:
    """Yield the parts of a flow that a custom rule denies; where one may, the doubt is noted.

    What Azure's default rules alone decide is passed over, see ``is_left_to_defaults``.
    """
    for part in parts:
        if part.verdict is security_rules.Verdict.ALLOWED or is_left_to_defaults(part):
            continue
        rules = part.steps[-1].rules
        is_sure = part.verdict is security_rules.Verdict.DENIED
        if is_sure and not any(each.is_default for each in rules):
            yield Denial(protection, part, pair)
        else:
            verdict.doubt(f"{pair} ({part.traffic}): {part.reason}")


def is_left_to_defaults(part: Part) -> bool:
    """Whether nothing but default rules denies, or may: Azure documents them as enough."""
    return all(
        each.rules and all(rule.is_default or rule.access is Access.ALLOW for rule in each.rules)
        for each in part.steps
        if each.verdict is not security_rules.Verdict.ALLOWED
        and (part.verdict is not security_rules.Verdict.DENIED or each is part.steps[-1])
    )


def by_rule(found: Iterable[Denial]) -> Iterable[list[Denial]]:
    """Return denials in lists, one for each rule of each group: that is one cause."""
    together: dict[tuple[ResourceId, str], list[Denial]] = {}
    for each in found:
        together.setdefault((each.step.group, each.rule.name), []).append(each)
    return together.values()


def rule_of(group: NetworkSecurityGroup, rule: DecidingRule) -> SecurityRule | None:
    """Return a deciding rule as its group's document has it; ``None`` if it is Azure's own."""
    properties = group.properties
    every = (*properties.security_rules, *properties.default_security_rules)
    same = (each for each in every if each.title == rule.name)
    return next((each for each in same if each.properties.priority == rule.priority), None)


def tags_let_in(protection: Protection, parts: Iterable[Part]) -> Iterable[str]:
    """Return the service tags that custom rules may let in, in parts whose verdict is unknown."""
    groups = {each.id: each for each in protection.groups}
    steps = (step for part in parts for step in part.steps)
    rules = (
        rule_of(groups[step.group], rule)
        for step in steps
        for rule in step.rules
        if rule.access is Access.ALLOW and not rule.is_default
    )
    sides_of_rules = (sides(each)[0] for each in rules if each is not None)
    tags = (tag for texts in sides_of_rules for tag in parse_ranges(texts).tags)
    return dict.fromkeys(each for each in tags if each.lower() not in _OF_THE_NETWORK)


def denied_words(found: Iterable[Denial]) -> str:
    """Return which traffic is denied, told in the order it was found, each once."""
    told = dict.fromkeys(f"{each.pair} ({each.part.traffic})" for each in found)
    return names(told, _MOST_TRAFFIC)


def denies_most(found: Iterable[Denial]) -> bool:
    """Whether most ports of Tcp are denied to some of the addresses."""
    return any(2 * size(common(each.services, _TCP)) > size(_TCP) for each in found)


def size(space: Space) -> int:
    """Return how many numbers a space holds."""
    return sum(high - low + 1 for low, high in space)


def rule_evidence(rule: SecurityRule) -> Iterator[Evidence]:
    """Yield what makes a rule match, each in the field that ARM filled."""
    fields = rule.properties
    sources, destinations = fields.source_address_prefixes, fields.destination_address_prefixes
    ports = fields.destination_port_ranges
    yield evidence(rule, "properties.priority", fields.priority)
    yield evidence(rule, "properties.access", fields.access)
    yield evidence(rule, "properties.protocol", fields.protocol)
    for name, several, single in (
        ("sourceAddressPrefix", sources, fields.source_address_prefix),
        ("destinationAddressPrefix", destinations, fields.destination_address_prefix),
    ):
        yield evidence(rule, f"properties.{name}{'es' if several else ''}", several or single)
    suffix = "s" if ports else ""
    single_port = fields.destination_port_range
    yield evidence(rule, f"properties.destinationPortRange{suffix}", ports or single_port)


def attached_evidence(protection: Protection, *, every_node: bool = False) -> Iterator[Evidence]:
    """Yield which group is at the subnet, and at the interface of the first node or of all."""
    subnet, at_subnet = protection.subnet, protection.at_subnet
    yield evidence(subnet, _GROUP, str(at_subnet.id) if at_subnet is not None else None)
    group = protection.at_interface
    for node in protection.nodes if every_node else protection.nodes[:1]:
        interface = primary_interface(node)
        if interface is not None:
            value = str(group.id) if group is not None else None
            yield Evidence(resource=interface.id, name=node.name, field=_GROUP, value=value)


def denial_evidence(found: Iterable[Denial]) -> tuple[Evidence, ...]:
    """Return the rules that deny, and the groups where they do, each once."""
    every = list(found)
    rules = (rule_of(each.group, rule) for each in every for rule in each.step.rules)
    shown = [one for rule in rules if rule is not None for one in rule_evidence(rule)]
    shown += (one for each in every for one in attached_evidence(each.protection))
    return tuple(dict.fromkeys(shown))


def show_rules(group: NetworkSecurityGroup) -> str:
    """Return the command that lists a group's own rules."""
    return az("network", "nsg", "show", ids=str(group.id), query="securityRules", output="table")


def is_kept_by_aks(subject: Subject, group: NetworkSecurityGroup) -> bool:
    """Whether a group is AKS's own, where nobody else is to write rules."""
    home = subject.cluster.infrastructure_group
    return group.id.resource_group_id == home and is_own_group(group.title)


def show_rule(rule: SecurityRule) -> str:
    """Return the command that shows a rule."""
    return az("network", "nsg", "rule", "show", ids=str(rule.id))


def allow_above(
    group: NetworkSecurityGroup, rule: DecidingRule, direction: str, name: str, **options: str
) -> str:
    """Return the command that adds a rule which allows, at the next free priority before a rule.

    ``direction`` is ``Inbound`` or ``Outbound``. Where none is free ``PRIORITY`` stands for it.
    A rule that has the name already is not written over: the name gets a number.
    """
    rules = group.properties.security_rules
    titles = {each.title.lower() for each in rules}
    names_left = (name, *(f"{name}-{number}" for number in range(2, len(rules) + 3)))
    taken = {
        each.properties.priority
        for each in rules
        if same_text(each.properties.direction, direction)
    }
    last = min((rule.priority or 0) - 1, LAST_PRIORITY)
    before = range(last, _FIRST_PRIORITY - 1, -1)
    free = next((each for each in before if each not in taken), None)
    return az_at(
        group.id,
        "network",
        "nsg",
        "rule",
        "create",
        nsg_name=group.title,
        name=next(each for each in names_left if each.lower() not in titles),
        priority=str(free) if free is not None else "PRIORITY",
        direction=direction,
        access="Allow",
        **options,
    )
