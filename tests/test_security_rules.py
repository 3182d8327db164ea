"""Which rule of a security group decides a flow, against an oracle that asks packet by packet."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from itertools import combinations, product
from random import Random
from typing import Any
from zlib import crc32

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.network.security_rules import Part, Verdict, evaluate, evaluate_both
from inspector.network.security_rules.parsed_rules import read_rules
from inspector.network.security_rules.surroundings import Surroundings
from inspector.network.security_rules.traffic import ALL_PORTS, Direction, Flow, Protocol, Share
from inspector.network.spaces import Family, Space, common
from tests import rule_oracle as oracle
from tests.rule_oracle import Address, Packet, RuleText, Surround, security_group

INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND
NODES = "10.0.0.0/24"
AROUND = Surround()

UNIVERSE = {
    Family.IPV4: (
        "10.0.0.4",
        "10.0.0.9",
        "10.1.0.4",
        "172.16.0.4",
        "20.0.0.4",
        "20.128.0.4",
        "168.63.129.16",
        "169.254.169.254",
    ),
    Family.IPV6: ("fd00::4", "fd01::4", "2a00:1450::4", "fe80::1234:5678:9abc"),
}
PORTS = (1, 22, 80, 85, 443, 65535)


def asked(around: Surround) -> Surroundings:
    return Surroundings(
        prefixes=around.prefixes, routed=around.routed, is_complete=around.is_complete
    )


def parts_of(
    rules: Sequence[RuleText], flow: Flow, around: Surround = AROUND, **options: Any
) -> tuple[Part, ...]:
    return evaluate(read_rules(security_group(rules, **options)), flow, asked(around))


def deciders(part: Part) -> list[int | None]:
    return [rule.priority for step in part.steps for rule in step.rules]


def holds(space: Space, number: int) -> bool:
    return any(low <= number <= high for low, high in space)


def is_in(part: Part, packet: Packet) -> bool:
    """Whether the packet is in a share of the part, and never in two."""
    found = [
        share
        for share in part.shares
        if holds(share.sources, int(packet.source))
        and holds(share.destinations, int(packet.destination))
        and holds(share.ports.get(Protocol(packet.protocol), ()), packet.port or 1)
    ]
    assert len(found) <= 1
    return bool(found)


def part_with(parts: Sequence[Part], packet: Packet) -> Part:
    (found,) = (part for part in parts if is_in(part, packet))
    return found


addresses = st.sampled_from(
    [
        *("*", "Any", "0.0.0.0/0", "::/0", "10.0.0.4", "10.0.0.9/29", "10.0.0.0/8", "20.0.0.0/8"),
        *("20.0.0.0/9", "20.0.0.4/32", "168.63.129.16", "172.0.0.0/8", "fd00::/64", "2a00::/16"),
        *("VirtualNetwork", "virtualnetwork", "Internet", "INTERNET", "AzureLoadBalancer"),
        *("Storage", "Storage.WestEurope", "Sql", "10.0.0.0/33", "fd00::/999", "1.2.3"),
    ]
)
ports = st.sampled_from(
    ["*", "22", "80", "80-90", "85-443", "0-65535", "1-65535", "443-65535", "abc", "*.80"]
)
source_ports = st.sampled_from(["*", "0-65535", "1-65535", "1024-65535", "53"])
group_names = st.lists(st.sampled_from(["web", "jobs"]), min_size=1, max_size=2, unique=True)


TOGETHER = (("VirtualNetwork", "Internet"), ("Internet", "Storage"), ("Storage", "10.0.0.0/33"))
"""Texts whose doubts overlap."""


def one_or_many(values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, min_size=1, max_size=3).map(tuple))


@st.composite
def rule_texts(draw: st.DrawFn, priority: int) -> RuleText:
    sides: dict[str, Any] = {}
    for side in ("source", "destination"):
        if draw(st.integers(0, 7)):
            sides[side] = draw(st.one_of(one_or_many(addresses), st.sampled_from(TOGETHER)))
        else:
            sides |= {side: (), f"{side}_groups": tuple(draw(group_names))}
    return RuleText(
        priority=priority,
        access=draw(st.sampled_from(["Allow", "Deny"])),
        direction=draw(st.sampled_from(["Inbound", "Inbound", "Outbound"])),
        protocol=draw(
            st.sampled_from(["*", "*", "Tcp", "TCP", "udp", "Icmp", "ESP", "Ah", "Sctp"])
        ),
        ports=draw(one_or_many(ports)),
        source_ports=draw(st.one_of(st.just("*"), source_ports)),
        **sides,
    )


@st.composite
def rule_lists(draw: st.DrawFn) -> list[RuleText]:
    priorities = draw(st.lists(st.integers(100, 4096), max_size=6, unique=True))
    return [draw(rule_texts(priority)) for priority in priorities]


surroundings = st.builds(
    Surround,
    prefixes=st.sampled_from([AROUND.prefixes, (*AROUND.prefixes, "20.128.0.0/16"), ("fd00::/8",)]),
    routed=st.lists(
        st.sampled_from(["10.1.0.0/24", "0.0.0.0/0", "AzureMonitor", "::/0", "20.0.0.0/24"]),
        max_size=2,
    ).map(tuple),
    is_complete=st.booleans(),
)
NAMES = ("*", "Internet", "AzureLoadBalancer", "VirtualNetwork", "Storage.WestEurope")


@st.composite
def flows(draw: st.DrawFn, direction: Direction = INBOUND) -> Flow:
    family = draw(st.sampled_from([Family.IPV4, Family.IPV4, Family.IPV6]))
    texts = st.sampled_from([each for found in UNIVERSE.values() for each in found])
    sides = st.one_of(
        st.sampled_from([(name,) for name in NAMES]),
        st.lists(texts, min_size=1, max_size=4).map(tuple),
    )
    return Flow(
        direction=direction,
        source=draw(sides),
        destination=draw(sides),
        family=family,
        protocol=draw(st.one_of(st.none(), st.sampled_from(Protocol))),
        ports=draw(
            st.sampled_from([ALL_PORTS, ((80, 90),), ((22, 22), (443, 443)), ((0, 65535),)])
        ),
    )


def ends(texts: tuple[str, ...], family: Family, around: Surround) -> Iterator[tuple[Address, str]]:
    """Yield the addresses of the universe on one side of a flow, and the tag they go by."""
    for text in UNIVERSE[family]:
        address = ip_address(text)
        match texts:
            case ("*",):
                yield address, ""
            case ("VirtualNetwork",):
                if oracle.is_in_network(address, around):
                    yield address, ""
            case ("AzureLoadBalancer",):
                if address == oracle.PROBES[address.version]:
                    yield address, ""
            case ("Internet" | "Storage.WestEurope" as tag,):
                network = around._replace(routed=())
                if address.is_global and not oracle.is_in_network(address, network):
                    yield address, tag
            case _ if text in texts:
                yield address, ""


def services(flow: Flow) -> Iterator[tuple[str, int | None]]:
    has_all = holds(flow.ports, 1) and holds(flow.ports, 65535)
    for protocol in oracle.PROTOCOLS:
        is_named = flow.protocol == protocol
        if not (flow.protocol is None or is_named):
            continue
        if protocol in oracle.WITH_PORTS:
            yield from ((protocol, port) for port in PORTS if holds(flow.ports, port))
        elif has_all or is_named:
            yield protocol, None


def packets(flow: Flow, around: Surround, most: int = 60) -> list[Packet]:
    """Return packets of the flow, spread over it."""
    found = [
        Packet(source, destination, protocol, port, source_tag, destination_tag)
        for (source, source_tag), (destination, destination_tag), (protocol, port) in product(
            ends(flow.source, flow.family, around),
            ends(flow.destination, flow.family, around),
            services(flow),
        )
    ]
    return found[:: len(found) // most + 1]


@given(rule_lists(), flows(), surroundings, st.booleans())
def test_every_packet_gets_the_answer_of_the_slow_oracle(
    rules: list[RuleText], flow: Flow, around: Surround, has_defaults: bool
) -> None:
    parts = parts_of(rules, flow, around, has_defaults=has_defaults)
    for packet in packets(flow, around):
        part = part_with(parts, packet)
        verdict, priorities = oracle.answer(rules, "Inbound", packet, around)
        assert part.verdict == verdict
        assert priorities >= {*deciders(part)}
        if verdict == "unknown":
            assert priorities == {*deciders(part)}


@given(rule_lists(), rule_lists(), st.sampled_from(Direction).flatmap(flows), surroundings)
def test_two_groups_give_the_answers_of_two_oracles(
    at_subnet: list[RuleText], at_interface: list[RuleText], flow: Flow, around: Surround
) -> None:
    groups = (
        read_rules(security_group(at_subnet, "subnet")),
        read_rules(security_group(at_interface, "interface")),
    )
    rules = {"subnet": at_subnet, "interface": at_interface}
    first, second = rules if flow.direction is INBOUND else reversed(rules)
    parts = evaluate_both(*groups, flow, asked(around))
    for packet in packets(flow, around, most=25):
        part = part_with(parts, packet)
        answers = [
            oracle.answer(rules[name], flow.direction, packet, around)[0]
            for name in (first, second)
        ]
        met = 1 if answers[0] == "denied" else 2
        assert [step.group.name for step in part.steps] == [first, second][:met]
        assert [step.verdict for step in part.steps] == answers[:met]
        assert part.verdict == worst(answers[:met])


def worst(answers: list[str]) -> str:
    return next(each for each in ("denied", "unknown", "allowed") if each in answers)


@given(rule_lists(), flows(), surroundings, st.integers(0, 2**32))
def test_a_certain_answer_holds_whatever_the_unknown_turns_out_to_be(
    rules: list[RuleText], flow: Flow, around: Surround, seed: int
) -> None:
    parts = parts_of(rules, flow, around)
    for packet in packets(flow, around):
        verdict = part_with(parts, packet).verdict
        if verdict is Verdict.UNKNOWN:
            continue
        access = oracle.access_in_world(
            rules, "Inbound", packet, around, world_of(packet, around, seed), coin(seed)
        )
        assert access == ("Allow" if verdict is Verdict.ALLOWED else "Deny")


def world_of(packet: Packet, around: Surround, seed: int) -> Mapping[str, bool]:
    sides = {
        "source": (packet.source, packet.source_tag),
        "destination": (packet.destination, packet.destination_tag),
    }
    is_inside = coin(seed)
    return {
        name: oracle.is_hidden(address, tag, around) and is_inside(name, tag, address)
        for name, (address, tag) in sides.items()
    }


def coin(seed: int) -> oracle.Resolve:
    """Return a choice for everything that is not known, the same whenever it is asked for."""
    return lambda field, text, address: bool(crc32(f"{seed} {field} {text} {address}".encode()) & 8)


def volume(parts: Sequence[Part]) -> int:
    return sum(
        size(each.sources) * size(each.destinations) * size(each.services) for each in shares(parts)
    )


def shares(parts: Sequence[Part]) -> list[Share]:
    return [share for part in parts for share in part.shares]


def size(space: Space) -> int:
    return sum(high - low + 1 for low, high in space)


@given(rule_lists(), rule_lists(), flows(), surroundings)
def test_parts_share_nothing_and_together_are_the_flow(
    at_subnet: list[RuleText], at_interface: list[RuleText], flow: Flow, around: Surround
) -> None:
    groups = (
        read_rules(security_group(at_subnet, "subnet")),
        read_rules(security_group(at_interface, "interface")),
    )
    parts = evaluate_both(*groups, flow, asked(around))
    for one, other in combinations(shares(parts), 2):
        assert not (
            common(one.sources, other.sources)
            and common(one.destinations, other.destinations)
            and common(one.services, other.services)
        )
    assert volume(parts) == volume(evaluate_both(None, None, flow, asked(around)))
    assert len({(part.verdict, part.steps) for part in parts}) == len(parts)


@given(rule_lists(), flows(), surroundings, st.randoms(use_true_random=False))
def test_the_order_of_the_document_does_not_matter(
    rules: list[RuleText], flow: Flow, around: Surround, random: Random
) -> None:
    shuffled = random.sample(rules, len(rules))
    assert parts_of(shuffled, flow, around) == parts_of(rules, flow, around)


@given(rule_lists(), flows(), surroundings, st.sampled_from(["Allow", "Deny"]))
def test_a_first_rule_for_everything_decides_everything(
    rules: list[RuleText], flow: Flow, around: Surround, access: str
) -> None:
    parts = parts_of([*rules, RuleText(99, access)], flow, around)
    whole = evaluate_both(None, None, flow, asked(around))
    assert [part.shares for part in parts] == [part.shares for part in whole]
    assert {part.verdict for part in parts} <= {
        Verdict.ALLOWED if access == "Allow" else Verdict.DENIED
    }
    assert all(deciders(part) == [99] for part in parts)


@given(rule_lists(), flows(), surroundings)
def test_parts_come_in_the_order_of_the_rules_that_decide(
    rules: list[RuleText], flow: Flow, around: Surround
) -> None:
    parts = parts_of(rules, flow, around)
    found = [deciders(part) for part in parts]
    assert all(each == sorted(each, key=lambda priority: priority or 0) for each in found)
    single = [each[0] or 0 for each, part in zip(found, parts, strict=True) if len(each) == 1]
    assert single == sorted(single)


def inbound(source: str | tuple[str, ...], destination: str = NODES, **fields: Any) -> Flow:
    sources = (source,) if isinstance(source, str) else source
    return Flow(direction=INBOUND, source=sources, destination=(destination,), **fields)


def outbound(destination: str, source: str = NODES, **fields: Any) -> Flow:
    return Flow(direction=OUTBOUND, source=(source,), destination=(destination,), **fields)


HTTPS: dict[str, Any] = {"protocol": Protocol.TCP, "ports": ((443, 443),)}
DENY_ALL = RuleText(4096, "Deny")
DENY_INTERNET = RuleText(4000, "Deny", "Outbound", destination="Internet")


@pytest.mark.parametrize("has_defaults", [True, False])
@pytest.mark.parametrize(
    ("flow", "verdict", "rule"),
    [
        (inbound("10.0.0.0/24"), Verdict.ALLOWED, "AllowVnetInBound"),
        (inbound("AzureLoadBalancer"), Verdict.ALLOWED, "AllowVnetInBound"),
        (
            inbound("AzureLoadBalancer", "192.168.0.0/24"),
            Verdict.ALLOWED,
            "AllowAzureLoadBalancerInBound",
        ),
        (
            inbound("AzureLoadBalancer", "fd01::/64", family=Family.IPV6),
            Verdict.ALLOWED,
            "AllowAzureLoadBalancerInBound",
        ),
        (inbound("Internet"), Verdict.DENIED, "DenyAllInBound"),
        (inbound("192.168.0.0/16"), Verdict.DENIED, "DenyAllInBound"),
        (outbound("10.0.0.0/24"), Verdict.ALLOWED, "AllowVnetOutBound"),
        (outbound("Internet"), Verdict.ALLOWED, "AllowInternetOutBound"),
        (outbound("Internet", "fd00::/64", family=Family.IPV6), "allowed", "AllowInternetOutBound"),
        (outbound("AzureCloud"), Verdict.ALLOWED, "AllowInternetOutBound"),
        (outbound("192.168.0.0/16"), Verdict.DENIED, "DenyAllOutBound"),
    ],
)
def test_azures_own_rules_decide_what_no_other_does(
    flow: Flow, verdict: str, rule: str, has_defaults: bool
) -> None:
    (part,) = parts_of([], flow, has_defaults=has_defaults)
    (step,) = part.steps
    (deciding,) = step.rules
    assert (part.verdict, deciding.name, deciding.is_default) == (verdict, rule, True)


@pytest.mark.parametrize(
    ("rules", "verdict", "priorities"),
    [
        ([DENY_ALL], "denied", [4096]),
        ([DENY_ALL, RuleText(4095, source="AzureLoadBalancer")], "allowed", [4095]),
        ([DENY_ALL, RuleText(4095, source="VirtualNetwork")], "allowed", [4095]),
        ([DENY_ALL, RuleText(4095, source="168.63.129.16")], "allowed", [4095]),
        ([DENY_ALL, RuleText(4095, source="Internet")], "denied", [4096]),
        ([DENY_ALL, RuleText(4095, source="10.0.0.0/8")], "denied", [4096]),
        ([DENY_ALL, RuleText(4095, source="fe80::1234:5678:9abc")], "denied", [4096]),
        ([RuleText(100, "Deny", source="VirtualNetwork")], "denied", [100]),
        ([RuleText(100, "Deny", ports="443")], "denied", [100]),
        ([RuleText(100, "Deny", ports="444-500")], "allowed", [65000]),
        ([RuleText(100, "Deny", protocol="Udp")], "allowed", [65000]),
        ([RuleText(100, "Deny", direction="Outbound")], "allowed", [65000]),
        ([RuleText(100, "Deny", source_ports="1-65535")], "denied", [100]),
        ([RuleText(100, "Deny", source_ports="1024-65535")], "unknown", [100, 65000]),
    ],
)
def test_the_probes_of_a_load_balancer(
    rules: list[RuleText], verdict: str, priorities: list[int]
) -> None:
    (part,) = parts_of(rules, inbound("AzureLoadBalancer", **HTTPS))
    assert (part.verdict, deciders(part)) == (verdict, priorities)


def test_whether_ipv6_probes_are_the_virtual_networks_is_not_documented() -> None:
    flow = inbound("AzureLoadBalancer", "fd00::/64", family=Family.IPV6)
    (part,) = parts_of([RuleText(4095, source="VirtualNetwork"), DENY_ALL], flow)
    assert (part.verdict, deciders(part)) == ("unknown", [4095, 4096])


@pytest.mark.parametrize(
    ("rule", "flow", "verdict"),
    [
        ("Internet", outbound("Internet"), "denied"),
        ("*", outbound("Internet"), "denied"),
        ("0.0.0.0/0", outbound("Internet"), "denied"),
        ("::/0", outbound("Internet"), "allowed"),
        ("::/0", outbound("Internet", "fd00::/64", family=Family.IPV6), "denied"),
        ("VirtualNetwork", outbound("Internet"), "allowed"),
        ("AzureCloud", outbound("Internet"), "unknown"),
        ("AzureCloud", outbound("20.0.0.4"), "unknown"),
        ("AzureCloud", outbound(NODES), "allowed"),
        ("AzureCloud", outbound("azurecloud"), "denied"),
        ("AzureCloud", outbound("AzureCloud.westeurope"), "denied"),
        ("AzureCloud.westeurope", outbound("AzureCloud"), "unknown"),
        ("Azure", outbound("AzureCloud"), "unknown"),
        ("Internet", outbound("AzureCloud"), "denied"),
        ("Internet", outbound("168.63.129.16"), "allowed"),
        ("AzureLoadBalancer", outbound("168.63.129.16"), "denied"),
        ("AzurePlatformIMDS", outbound("169.254.169.254"), "unknown"),
        ("10.0.0/8", outbound(NODES), "unknown"),
        ("", outbound(NODES), "unknown"),
    ],
)
def test_what_a_denied_destination_stands_for(rule: str, flow: Flow, verdict: str) -> None:
    rules = [
        RuleText(100, "Deny", "Outbound", destination=rule),
        RuleText(200, direction="Outbound"),
    ]
    assert [part.verdict for part in parts_of(rules, flow)] == [verdict]


def test_a_default_route_makes_everything_the_virtual_network() -> None:
    around = Surround(routed=("0.0.0.0/0",))
    for flow in (inbound("203.0.113.7"), inbound("Internet"), outbound("Internet")):
        (part,) = parts_of([DENY_INTERNET], flow, around)
        assert (part.verdict, deciders(part)) == ("allowed", [65000])
    assert [part.verdict for part in parts_of([DENY_INTERNET], outbound("Internet"))] == ["denied"]


def test_the_pod_routes_of_kubenet_make_pods_part_of_the_virtual_network() -> None:
    flow = inbound("10.244.0.0/16", "10.244.0.0/16")
    assert [part.verdict for part in parts_of([], flow)] == ["denied"]
    routed = Surround(routed=("10.244.0.0/24", "10.244.1.0/24"))
    (allowed, denied) = parts_of([], flow, routed)
    assert allowed.traffic == "any protocol from 10.244.0.0/23 to 10.244.0.0/23"
    assert denied.verdict is Verdict.DENIED


HIDDEN = Surround(is_complete=False)


def test_behind_a_gateway_a_private_address_may_be_the_virtual_networks() -> None:
    (part,) = parts_of([], inbound("192.168.0.0/16"), HIDDEN)
    assert (part.verdict, deciders(part)) == ("unknown", [65000, 65500])
    assert part.reason == (
        "not known at nsg: AllowVnetInBound (65000) may allow it, as not every address of the "
        "virtual network is known; else DenyAllInBound (65500) would deny it"
    )


def test_behind_a_gateway_a_public_address_is_let_out_by_one_rule_or_the_other() -> None:
    (part,) = parts_of([], outbound("20.0.0.4"), HIDDEN)
    assert (part.verdict, deciders(part)) == ("allowed", [65000, 65001])
    (part,) = parts_of([DENY_INTERNET], outbound("20.0.0.4"), HIDDEN)
    assert (part.verdict, deciders(part)) == ("unknown", [4000, 65000])


def test_the_virtual_network_and_the_internet_together_hold_every_public_address() -> None:
    rules = [RuleText(100, "Deny", source=("VirtualNetwork", "Internet")), RuleText(200)]
    flow = inbound(("10.0.0.4", "20.0.0.4", "192.168.0.4"))
    denied, unknown = parts_of(rules, flow, HIDDEN)
    assert denied.traffic == "any protocol from 10.0.0.4, 20.0.0.4 to 10.0.0.0/24"
    assert (denied.verdict, deciders(denied)) == ("denied", [100])
    assert unknown.traffic == "any protocol from 192.168.0.4 to 10.0.0.0/24"
    assert (unknown.verdict, deciders(unknown)) == ("unknown", [100, 200])


def test_all_doubts_about_a_rule_are_told() -> None:
    rules = [RuleText(100, "Deny", source=("Storage", "10.0.0.0/33"), source_ports="53")]
    flow = inbound(("10.0.0.4", "20.0.0.4"), protocol=Protocol.TCP)
    parts = parts_of([*rules, RuleText(200)], flow)
    known = {"it is for source ports 53 alone", 'its source "10.0.0.0/33" is not understood'}
    assert {part.traffic: {*part.steps[0].rules[0].doubts} for part in parts} == {
        "Tcp from 10.0.0.4 to 10.0.0.0/24": known,
        "Tcp from 20.0.0.4 to 10.0.0.0/24": known
        | {"the addresses of service tag Storage are not known"},
    }


@pytest.mark.parametrize(
    "around",
    [
        Surround(prefixes=(NODES, "10.0.0.0/99")),
        Surround(prefixes=(NODES, "Hub")),
        Surround(prefixes=(NODES, "*")),
        Surround(routed=("10.0.0.0/99",)),
        Surround(routed=("*",)),
    ],
)
def test_a_prefix_of_the_network_that_is_no_range_leaves_its_space_open(around: Surround) -> None:
    assert [part.verdict for part in parts_of([], inbound("192.168.0.4"), around)] == ["unknown"]


def test_a_route_for_a_service_tag_leaves_open_what_is_public() -> None:
    around = Surround(routed=("AzureMonitor",))
    rules = [DENY_INTERNET, DENY_ALL]
    for name in ("20.0.0.4", "AzureMonitor"):
        (part,) = parts_of(rules, outbound(name), around)
        assert (part.verdict, deciders(part)) == ("unknown", [4000, 65000])
    assert [part.verdict for part in parts_of(rules, outbound("Internet"), around)] == ["denied"]
    assert [part.verdict for part in parts_of([], inbound("192.168.0.4"), around)] == ["denied"]


def test_the_internet_is_outside_of_whatever_a_gateway_connects() -> None:
    (part,) = parts_of([DENY_INTERNET], outbound("Internet"), HIDDEN)
    assert (part.verdict, deciders(part)) == ("denied", [4000])


def test_the_internet_is_without_public_prefixes_of_the_network() -> None:
    around = Surround(prefixes=(NODES, "20.0.0.0/8"))
    parts = parts_of([], inbound("Internet"), around)
    assert [part.verdict for part in parts] == [Verdict.DENIED]
    assert not any(common(each.sources, ((20 << 24, (21 << 24) - 1),)) for each in shares(parts))


def test_members_of_an_application_security_group_may_be_anywhere_in_the_network() -> None:
    rule = RuleText(100, "Deny", source=(), source_groups=("web",))
    (part,) = parts_of([rule], inbound(NODES))
    assert (part.verdict, deciders(part)) == ("unknown", [100, 65000])
    assert "the members of application security group web are not known" in part.reason
    (part,) = parts_of([rule], inbound("Internet"))
    assert (part.verdict, deciders(part)) == ("denied", [65500])


def test_no_member_of_a_group_is_outside_of_the_virtual_network() -> None:
    rules = [
        RuleText(100, direction="Outbound", destination="VirtualNetwork"),
        RuleText(200, "Deny", "Outbound", destination=(), destination_groups=("web",)),
    ]
    (part,) = parts_of(rules, outbound("20.0.0.4"), HIDDEN)
    assert (part.verdict, deciders(part)) == ("allowed", [100, 65001])


def test_doubts_do_not_matter_where_all_rules_agree() -> None:
    rules = [
        RuleText(priority, direction="Outbound", destination=f"Tag{priority}", ports=str(priority))
        for priority in range(100, 400)
    ]
    (part,) = parts_of(rules, outbound("Internet"))
    assert (part.verdict, deciders(part)) == ("allowed", [65001])


def test_a_second_rule_for_the_same_tag_decides_nothing() -> None:
    rules = [
        RuleText(100, direction="Outbound", destination="AzureCloud"),
        RuleText(200, "Deny", "Outbound", destination="AzureCloud"),
    ]
    assert [part.verdict for part in parts_of(rules, outbound("Internet"))] == ["allowed"]


def test_a_flow_is_told_apart_by_ports_protocols_and_sources() -> None:
    rules = [
        RuleText(100, protocol="Tcp", ports=("443", "80"), source=("10.0.0.0/26", "10.0.0.128/26")),
        RuleText(200, "Deny", protocol="Icmp"),
        RuleText(300, "Deny", ports="22", source="10.0.0.9"),
    ]
    web, ping, ssh, rest = parts_of(rules, inbound(NODES))
    assert web.traffic == "Tcp 80, 443 from 10.0.0.0/26, 10.0.0.128/26 to 10.0.0.0/24"
    assert ping.traffic == "Icmp from 10.0.0.0/24 to 10.0.0.0/24"
    assert ssh.traffic == "Tcp/Udp 22 from 10.0.0.9 to 10.0.0.0/24"
    assert [part.verdict for part in (web, ping, ssh, rest)] == [
        *("allowed", "denied", "denied", "allowed")
    ]
    assert deciders(rest) == [65000]
    (share,) = web.shares
    assert share.ports == {Protocol.TCP: ((80, 80), (443, 443))}
    (share,) = ping.shares
    assert share.ports == {Protocol.ICMP: ALL_PORTS}


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (inbound("Internet", **HTTPS), "Tcp 443 from Internet to 10.0.0.0/24"),
        (inbound("*", protocol=Protocol.UDP), "Udp from anywhere to 10.0.0.0/24"),
        (inbound(("10.0.0.0/24", "fd00::/64")), "any protocol from 10.0.0.0/24 to 10.0.0.0/24"),
        (inbound(NODES, ports=((53, 53),)), "Tcp/Udp 53 from 10.0.0.0/24 to 10.0.0.0/24"),
        (inbound(NODES, protocol=Protocol.ESP, ports=((53, 53),)), "Esp from {0} to {0}"),
        (
            inbound(tuple(f"10.0.0.{2 * each}" for each in range(6))),
            "any protocol from 10.0.0.0, 10.0.0.2, 10.0.0.4, 10.0.0.6 and 2 more to 10.0.0.0/24",
        ),
    ],
)
def test_traffic_is_told_in_words(flow: Flow, words: str) -> None:
    parts = parts_of([RuleText(100, "Deny")], flow)
    assert [part.traffic for part in parts] == [words.format(NODES)]


def test_runs_of_addresses_and_ports_are_told_in_words() -> None:
    rules = [RuleText(100, "Deny", source="10.0.0.0/31", ports=("22", "1-9"))]
    denied, allowed = parts_of(rules, inbound("10.0.0.0/30"))
    assert denied.traffic == "Tcp/Udp 1-9, 22 from 10.0.0.0/31 to 10.0.0.0/24"
    assert allowed.traffic == (
        "Tcp/Udp 10-21, 23-65535 and Icmp/Esp/Ah/other from 10.0.0.0/30 to 10.0.0.0/24; "
        "Tcp/Udp 1-9, 22 from 10.0.0.2/31 to 10.0.0.0/24"
    )
    rules = [RuleText(100, "Deny", source="10.0.0.0/32")]
    assert "from 10.0.0.1-10.0.0.3 to" in parts_of(rules, inbound("10.0.0.0/30"))[1].traffic


def test_ipv6_has_rules_of_its_own() -> None:
    rules = [RuleText(100, "Deny", source="0.0.0.0/0"), RuleText(200, "Deny", source="fd00::/65")]
    flow = inbound((NODES, "fd00::/64"), "fd00::/64", family=Family.IPV6)
    denied, allowed = parts_of(rules, flow)
    assert (denied.traffic, deciders(denied)) == ("any protocol from fd00::/65 to fd00::/64", [200])
    assert (allowed.verdict, deciders(allowed)) == ("allowed", [65000])


def test_a_side_without_a_range_of_the_family_leaves_nothing_to_decide() -> None:
    assert parts_of([DENY_ALL], inbound("fd00::/64")) == ()


@pytest.mark.parametrize("side", [("10.0.0.0/33",), ("",), ("Storage", "Sql"), ("Internet", NODES)])
def test_a_flow_of_what_is_no_address_is_refused(side: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=side[0] or "''"):
        parts_of([], inbound(side))


def unfinished(**fields: Any) -> list[Part]:
    """Return what becomes of ssh where a rule that denies everything lacks or misuses fields."""
    group = security_group([RuleText(100, "Deny")])
    (rule,) = group.properties.security_rules
    properties = msgspec.structs.replace(rule.properties, **fields)
    changed = msgspec.structs.replace(rule, properties=properties)
    whole = msgspec.structs.replace(group.properties, security_rules=(changed,))
    rules = read_rules(msgspec.structs.replace(group, properties=whole))
    flow = inbound(NODES, protocol=Protocol.TCP, ports=((22, 22),))
    return list(evaluate(rules, flow, asked(AROUND)))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"priority": None}, "rule-100 may deny it, as it has no priority"),
        ({"direction": None}, "rule-100 (100) may deny it, as it has no direction"),
        ({"direction": "Up"}, '(100) may deny it, as its direction "Up" is not understood'),
        ({"protocol": None}, "as it has no protocol"),
        ({"protocol": "Sctp"}, 'as its protocol "Sctp" is not understood'),
        ({"protocol": "other"}, 'as its protocol "other" is not understood'),
        ({"access": None}, "rule-100 (100) has no access that is understood"),
        ({"access": "Audit"}, "rule-100 (100) has no access that is understood"),
        ({"source_address_prefix": None}, "as it has no source"),
        ({"source_address_prefix": ""}, "as it has no source"),
        ({"source_address_prefixes": ("10.0.0.0/99",)}, 'its source "10.0.0.0/99" is not under'),
        ({"destination_address_prefix": None}, "as it has no destination"),
        ({"destination_port_range": None}, "as it has no destination port"),
        ({"destination_port_range": "ssh"}, 'as its destination port "ssh" is not understood'),
        ({"destination_port_ranges": ("23", "90-80")}, 'destination port "90-80" is not under'),
        ({"destination_port_range": "70000"}, 'destination port "70000" is not understood'),
        ({"source_port_range": None}, "as it has no source port"),
        ({"source_port_range": "high"}, 'as its source port "high" is not understood'),
        ({"source_port_ranges": ("53", "1024-2000")}, "as it is for source ports 53, 1024-2000"),
    ],
)
def test_a_rule_that_is_not_understood_may_match(fields: dict[str, Any], reason: str) -> None:
    (part,) = unfinished(**fields)
    assert part.verdict is Verdict.UNKNOWN
    assert reason in part.reason


@pytest.mark.parametrize(
    "fields",
    [
        {"destination_port_ranges": ("22", "ssh")},
        {"destination_port_range": " 22 "},
        {"protocol": "TCP"},
        {"access": "deny", "direction": "INBOUND"},
        {"source_port_ranges": ("0-1000", "1001-65535")},
        {"source_address_prefix": None, "source_address_prefixes": ("10.0.0.0/99", "10.0.0.77/8")},
    ],
    ids=str,
)
def test_what_is_understood_decides_beside_what_is_not(fields: dict[str, Any]) -> None:
    assert [part.verdict for part in unfinished(**fields)] == [Verdict.DENIED]


def test_two_rules_that_lack_the_same_field_are_two_doubts() -> None:
    rules = [
        RuleText(100, source=""),
        RuleText(200, "Deny", source=""),
        RuleText(300),
    ]
    (part,) = parts_of(rules, inbound(NODES))
    assert (part.verdict, deciders(part)) == ("unknown", [100, 200, 300])


def test_traffic_that_no_rule_of_the_document_matches_is_not_known() -> None:
    group = security_group([RuleText(100, source="Storage")])
    kept = group.properties.default_security_rules[:1]
    properties = msgspec.structs.replace(group.properties, default_security_rules=kept)
    rules = read_rules(msgspec.structs.replace(group, properties=properties))
    allowed, perhaps, unmatched = evaluate(
        rules, inbound(("10.0.0.4", "20.0.0.4", "192.168.0.4")), asked(AROUND)
    )
    assert (allowed.verdict, deciders(allowed)) == (Verdict.ALLOWED, [65000])
    assert (perhaps.verdict, deciders(perhaps)) == (Verdict.UNKNOWN, [100])
    assert (unmatched.verdict, deciders(unmatched)) == (Verdict.UNKNOWN, [])
    assert unmatched.reason == "not known at nsg: no rule matches for certain"


def test_what_has_no_ports_matches_no_rule_for_some_of_them() -> None:
    for rule in (RuleText(100, "Deny", ports="443"), RuleText(100, "Deny", source_ports="53")):
        (part,) = parts_of([rule], inbound(NODES, protocol=Protocol.ICMP))
        assert (part.verdict, deciders(part)) == ("allowed", [65000])
    rule = RuleText(100, "Deny", protocol="Icmp", ports="443")
    (part,) = parts_of([rule], inbound(NODES, protocol=Protocol.ICMP))
    assert (part.verdict, deciders(part)) == ("unknown", [100, 65000])


def test_without_a_group_everything_gets_through() -> None:
    (part,) = evaluate_both(None, None, inbound("Internet", **HTTPS), asked(AROUND))
    assert (part.verdict, part.steps) == (Verdict.ALLOWED, ())
    assert part.reason == "no security group is attached"
    assert part.traffic == "Tcp 443 from Internet to 10.0.0.0/24"


def test_the_same_group_at_both_places_is_asked_once() -> None:
    rules = read_rules(security_group([DENY_ALL]))
    flow = inbound(NODES)
    assert evaluate_both(rules, rules, flow, asked(AROUND)) == evaluate(rules, flow, asked(AROUND))


def test_a_group_that_surely_denies_settles_what_the_first_leaves_open() -> None:
    subnet = read_rules(security_group([RuleText(100, "Deny", source="Sql")], "subnet"))
    subnet_open = read_rules(security_group([RuleText(100, source="Sql")], "subnet"))
    interface = read_rules(security_group([DENY_ALL], "interface"))
    flow = inbound("Internet", **HTTPS)
    (part,) = evaluate_both(subnet, interface, flow, asked(AROUND))
    assert (part.verdict, len(part.steps)) == (Verdict.DENIED, 1)
    (part,) = evaluate_both(subnet_open, interface, flow, asked(AROUND))
    assert part.verdict is Verdict.DENIED
    assert [step.verdict for step in part.steps] == [Verdict.UNKNOWN, Verdict.DENIED]
    assert part.reason.endswith("; denied by rule-4096 (4096) of interface")


def test_rules_with_thousands_of_ranges_are_exact() -> None:
    odd = tuple(f"20.{each >> 7}.{2 * (each & 127) + 1}.0/24" for each in range(4000))
    rules = [RuleText(100, source=odd), RuleText(200, "Deny", source=odd[::-1], ports="22")]
    allowed, denied = parts_of(rules, inbound("20.0.0.0/8"))
    assert size(allowed.shares[0].sources) == 4000 * 256
    assert denied.verdict is Verdict.DENIED
    assert volume([allowed, denied]) == volume(
        evaluate_both(None, None, inbound("20.0.0.0/8"), asked(AROUND))
    )
