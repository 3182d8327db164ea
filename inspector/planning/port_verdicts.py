"""The SNAT ports of each way out in a sentence."""

from collections.abc import Iterator

from inspector.cluster.egress import EgressKind
from inspector.network.snat import MOST_DEFAULT_PORTS
from inspector.planning.arithmetic import number
from inspector.planning.balancer_ports import BalancerPorts, PortStretch
from inspector.planning.figures import Figure, figure, reckoned, several, why
from inspector.planning.gateway_ports import GatewayPorts
from inspector.planning.outlook import SITUATION_WORDS, Outlook, Verdict, outlook_of, reason_of
from inspector.planning.snat import SNAT


def port_verdicts(snat: SNAT) -> Iterator[Verdict]:
    """Yield a sentence for each way out, and one for what hides others."""
    for division in snat.balancers:
        yield _of_balancer(division)
    for gateway in snat.gateways:
        yield _of_gateway(gateway)
    for other in snat.others:
        is_unknown = other.kind is EgressKind.UNKNOWN
        outlook = Outlook.UNKNOWN if is_unknown else Outlook.ENOUGH
        yield Verdict(outlook=outlook, words=f"{other.words}: {other.why}")
    if not (snat.balancers or snat.gateways or snat.others):
        hidden = snat.missing[0].reason if snat.missing else "no node was found to leave by it"
        words = f"cannot be told: {snat.outbound_type or 'outbound type'}: {hidden}"
        yield Verdict(outlook=Outlook.UNKNOWN, words=words)


def _of_balancer(division: BalancerPorts) -> Verdict:
    now, most = division.stretches[0], division.stretches[-1]
    words = f"{division.words}: {_share(now)}"
    if most.nodes.unknown is not None:
        words += f", the maximum cannot be told: {why(most.nodes.unknown)}"
    elif most.nodes.number != now.nodes.number:
        words += f", {_share(most, beside=now)}"
    if division.next_cut is not None:
        cut = division.next_cut
        words += f"; {cut.ports_per_node:,} from {cut.nodes:,} nodes on"
    if not division.is_explicit:
        least = [_above(each.ports_per_node, MOST_DEFAULT_PORTS) for each in (now, most)]
        return Verdict(outlook=outlook_of(*least), words=words)
    supported, headroom = division.nodes_supported, most.headroom
    if supported is not None and supported.number is not None:
        words += f"; enough for {several(supported.number, 'node')}"
    if headroom is not None and headroom.number is not None and headroom.number < 0:
        words += f": it lacks {-headroom.number:,}"
    return Verdict(outlook=outlook_of(now.headroom, headroom), words=words)


def _share(stretch: PortStretch, *, beside: PortStretch | None = None) -> str:
    ports, members = stretch.ports_per_node.number, stretch.nodes.number
    situation = SITUATION_WORDS[stretch.situation]
    if ports is None or members is None:
        return f"unknown {situation}"
    is_same = beside is not None and beside.ports_per_node.number == ports
    share = "the same" if is_same else f"{ports:,} per node"
    return f"{share} {situation} ({several(members, 'node')})"


def _above(ports: Figure, enough: int) -> Figure:
    return figure(lambda: reckoned(ports) - number(enough))


def _of_gateway(gateway: GatewayPorts) -> Verdict:
    ports, nodes = gateway.ports, gateway.stretches[0].nodes
    words = f"NAT gateway {gateway.gateway}"
    if ports.number is None or nodes.number is None:
        reason = reason_of(ports) or reason_of(nodes)
        return Verdict(outlook=Outlook.UNKNOWN, words=f"{words}: ports unknown: {reason}")
    shared = f"{several(ports.number, 'port')} for {several(nodes.number, 'node')} now"
    return Verdict(outlook=Outlook.ENOUGH, words=f"{words}: {shared}, shared on demand")
