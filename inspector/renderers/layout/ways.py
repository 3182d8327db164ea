"""The ways in, drawn as trees."""

from collections.abc import Iterator, Mapping
from typing import Final

from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, Tree, show
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.way_in import Entry, EntryNode, EntryPool, EntryRule, WaysIn
from inspector.resource_id import ResourceId
from inspector.wording import count

MOST_NODES: Final = 10
"""Nodes behind a rule before they are counted instead of listed: the load balancer lists them."""


def lay_out_ways_in(ways: WaysIn, most: int | None) -> Iterator[Block]:
    """Yield a tree for each public entry, from its address down to the nodes."""
    yield Heading(2, "Ways in")
    if not ways.entries and not ways.others and not ways.missing:
        yield Paragraph(Text("none: no public address leads to a node", Tone.MUTED))
    pools = {pool.id: pool for pool in ways.pools}
    for entry in ways.entries[:most]:
        yield _entry(entry, pools, most)
    if most is not None and len(ways.entries) > most:
        rest = len(ways.entries) - most
        yield Paragraph(
            Text(
                f"{rest} more of {len(ways.entries)} public addresses: --all shows them", Tone.MUTED
            )
        )
    for other in ways.others:
        place = f"{show(other.address).text}  public IP {other.public_ip}"
        yield Paragraph(Text(f"{place}: attached to {other.attached_to}, not followed"))
    for each in ways.outbound_only:
        kind = "public IP prefix" if "/" in show(each.address).text else "public IP"
        place = f"{show(each.address).text}  {kind} {each.public_ip}"
        yield Paragraph(Text(f"{place}: outbound only, nothing enters here", Tone.MUTED))
    yield from lay_out_missing(ways.missing)


def _entry(entry: Entry, pools: Mapping[ResourceId, EntryPool], most: int | None) -> Tree:
    address = show(entry.address)
    label = Text(f"{address.text}  public IP {entry.public_ip} ({entry.owner.words})", address.tone)
    frontends = tuple(
        Tree(
            Text(f"frontend {frontend.name} of load balancer {frontend.load_balancer}"),
            tuple(_rule(rule, pools, most) for rule in frontend.rules),
        )
        for frontend in entry.frontends
    )
    return Tree(label, frontends + _nodes(entry.nodes, most))


def _rule(rule: EntryRule, pools: Mapping[ResourceId, EntryPool], most: int | None) -> Tree:
    service = f"  {rule.service.words}" if rule.service is not None else ""
    label = f"rule {rule.protocol or 'any'} {rule.frontend_port or 'any port'}{service}"
    below = (_pool(rule, pool.name, pools.get(pool), most) for pool in rule.pools)
    return Tree(Text(label), tuple(below))


def _pool(rule: EntryRule, name: str, pool: EntryPool | None, most: int | None) -> Tree:
    port = f" port {rule.backend_port}" if rule.backend_port else ""
    label = f"backend pool {name}{port}"
    if pool is None:
        return Tree(Text(f"{label}: not found, traffic goes nowhere", Tone.WARNING))
    if not pool.nodes:
        return Tree(Text(f"{label}: empty, traffic goes nowhere", Tone.WARNING))
    if len(pool.nodes) <= MOST_NODES:
        return Tree(Text(label), _nodes(pool.nodes, most))
    strangers = tuple(each for each in pool.nodes if not isinstance(each.node, str))
    nodes = sum(each.members for each in pool.node_pools)
    pools = count(len(pool.node_pools), "node pool")
    return Tree(Text(f"{label}: {count(nodes, 'node')} of {pools}"), _nodes(strangers, most))


def _nodes(nodes: tuple[EntryNode, ...], most: int | None) -> tuple[Tree, ...]:
    shown = nodes if most is None else nodes[:most]
    leaves = tuple(_node(node) for node in shown)
    if len(shown) < len(nodes):
        rest = f"{len(nodes) - len(shown)} more of {len(nodes)} nodes: --all shows them"
        leaves += (Tree(Text(rest, Tone.MUTED)),)
    return leaves


def _node(node: EntryNode) -> Tree:
    if node.node is None:
        return Tree(Text(f"no node of this cluster {show(node.address).text}", Tone.WARNING))
    name = show(node.node)
    if name.tone is Tone.WARNING:
        return Tree(Text("a node that could not be seen", Tone.WARNING))
    return Tree(Text(f"node {name.text} {show(node.address).text}"))
