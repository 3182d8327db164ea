"""What a move does to the addresses of the virtual network."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from inspector.cluster.subnet_capacity import Drawer
from inspector.network.models import NetworkModel
from inspector.planning.figures import NO_ACTION, Figure
from inspector.planning.moves.effects import AddressEffects, Effects, SubnetNeed, Way
from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, row, show, table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.renderers.layout.planning.figures import LONGEST_FORMULA, shortened

_NEW_PODS: Final = {
    NetworkModel.CNI_POD_SUBNET_DYNAMIC: "pods, dynamic allocation",
    NetworkModel.CNI_POD_SUBNET_STATIC: "pods, static blocks",
}
_SITUATIONS: Final = {
    "now": "now",
    "upgrade": "upgrade",
    "maximum": "at the maximum",
    "maximum_and_upgrade": "upgrade at the maximum",
}
"""What the fields of a need are called."""


def lay_out_addresses(effects: Effects, most: int | None) -> Iterator[Block]:
    """Yield what the pools take of each subnet, today and then, and whether it suffices."""
    yield Heading(3, "Addresses of the virtual network")
    addresses = effects.addresses
    yield Paragraph(_in_short(effects))
    if effects.model_today is effects.model_then and effects.way is not Way.NEW_CLUSTER:
        return
    columns = ("Subnet", "Situation", "Today", "Then", "How")
    show_all = most is None
    is_new = effects.way is Way.NEW_CLUSTER
    needs = [each for each in addresses.subnets if not is_new or each.id is None]
    rows = [e for need in needs for e in _situations(need, show_all=show_all)]
    then = [getattr(need.after, field) for need in needs for field in _SITUATIONS]
    if rows:
        notes = tuple(shortened(then, show_all=show_all))
        yield table(columns, rows, lambda cells: cells, most=most, notes=notes)
    for need in needs:
        yield Paragraph(_verdict(need))
    if is_new:
        yield from (Paragraph(each) for each in map(_beside, addresses.subnets) if each is not None)
    doubts = (f"{each[:1].upper()}{each[1:]}." for each in addresses.doubts)
    yield from lay_out_notes((*addresses.notes, *doubts))
    yield from lay_out_missing(addresses.missing)


def _in_short(effects: Effects) -> Text:
    """Return the answer first: what the pools take of the network today, and then."""
    addresses = effects.addresses
    if effects.model_today is effects.model_then and effects.way is not Way.NEW_CLUSTER:
        words = "As many are taken as today: pods get their addresses in the same way."
        return Text(words, Tone.GOOD)
    now, then = addresses.before.now.number, addresses.after.now.number
    most = addresses.after.maximum_and_upgrade.number
    if now is None or then is None or most is None:
        return Text("How many addresses the move takes cannot all be told.", Tone.WARNING)
    held = _held(addresses)
    at_most = f"{most:,} at most (all pools at their maximum and upgraded)"
    if then == now:
        return Text(f"The pools take as many addresses as today: {now:,}, and {at_most}.")
    return Text(
        f"The pools take {then:,} {'address' if then == 1 else 'addresses'} in place of "
        f"{now:,}{held}, and {at_most}."
    )


def _held(addresses: AddressEffects) -> str:
    """Return what ARM shows as given out where it is not what is planned with."""
    given = [each.given_out for each in addresses.subnets if each.id is not None]
    known = [each for each in given if isinstance(each, int)]
    if not known or len(known) != len(given):
        return ""
    return f" (ARM shows {sum(known):,} given out)"


def _situations(need: SubnetNeed, *, show_all: bool) -> Iterator[tuple[Text, ...]]:
    """Yield a row for each situation, those with the same numbers together."""
    name = f"{need.name}, {need.role}" if need.id is not None else f"new: {_of(need)}"
    pairs = [
        (words, getattr(need.before, field, None), getattr(need.after, field))
        for field, words in _SITUATIONS.items()
    ]
    for (before, after), group in groupby(_by_numbers(pairs), key=lambda pair: pair[1:]):
        words = ", ".join(each[0] for each in group)
        yield row(name, words, _number(before), _number(after), _how(after, show_all=show_all))


def _of(need: SubnetNeed) -> str:
    """Return what a subnet that is still to be made is for."""
    if need.role is Drawer.PODS:
        return _NEW_PODS[need.model]
    return "nodes and pods" if need.model is NetworkModel.CNI_NODE_SUBNET else "nodes"


def _beside(need: SubnetNeed) -> Text | None:
    """Return whether a subnet of today would hold the new nodes beside those that are in it."""
    if need.needed_beside is None or need.role is not Drawer.NODES or not need.is_own:
        return None
    words = f"{need.name} of today"
    number = need.needed_beside.number
    if number is None or not isinstance(need.usable, int):
        return Text(f"Whether {words} would hold both clusters is not told.", Tone.WARNING)
    told = f"{number:,} at most for both clusters, and {words} has {need.usable:,}"
    if need.is_enough_beside:
        return Text(f"Without a new subnet it would be {told}: enough.")
    return Text(f"Without a new subnet it would be {told}: too few.", Tone.WARNING)


def _by_numbers(
    pairs: list[tuple[str, Figure | None, Figure]],
) -> list[tuple[str, Figure | None, Figure]]:
    """Return situations so that those with the same numbers follow each other."""
    order = [pair[1:] for pair in pairs]
    return sorted(pairs, key=lambda pair: order.index(pair[1:]))


def _number(answer: Figure | None) -> Text:
    if answer is None:
        return show(None)
    return show(answer.unknown) if answer.number is None else Text(f"{answer.number:,}")


def _how(answer: Figure, *, show_all: bool) -> Text:
    if answer.number is None or answer.formula is None:
        return Text(why(answer))
    is_cut = not show_all and len(answer.formula) > LONGEST_FORMULA
    return show(None) if is_cut else Text(answer.formula)


def _verdict(need: SubnetNeed) -> Text:
    """Return whether a subnet suffices, and which one would."""
    name = need.name if need.id is not None else f"A new subnet for {_of(need)}"
    of_pools = need.after.maximum_and_upgrade.number
    if need.needed.number is None and of_pools is not None:
        words = (
            f"{name} needs {of_pools:,} at most for {need.role}; how many others take is unknown"
        )
        return Text(f"{words}: {why(need.needed)}.", Tone.WARNING)
    if need.needed.number is None:
        return Text(f"{name}: how much it needs is unknown: {why(need.needed)}.", Tone.WARNING)
    others = f", {need.others:,} of them for others" if isinstance(need.others, int) else ""
    words = f"{name} needs {need.needed.number:,} at most{others if need.others else ''}"
    least = f"a /{need.smallest_prefix} is enough" if need.smallest_prefix else "no subnet holds it"
    if need.id is None:
        return Text(f"{words}: {least}.")
    if need.needed.number == 0:
        return Text(f"{name} is not needed any more.")
    return _present(need, words, least)


def _present(need: SubnetNeed, words: str, least: str) -> Text:
    if not isinstance(need.usable, int):
        return Text(f"{words}: {least}; how many it has is unknown.", Tone.WARNING)
    has = f"it has {need.usable:,}"
    if not need.is_enough:
        return Text(f"{words}: too small, {has}; {least}.", Tone.BAD)
    return Text(f"{words}: {has}; {least}.", Tone.GOOD)


def why(answer: Figure) -> str:
    """Return why a figure is unknown, nothing for one that is told."""
    if answer.unknown is None:
        return ""
    is_hidden = answer.unknown.action != NO_ACTION
    return (
        f"not all of it was seen ({answer.unknown.reason})" if is_hidden else answer.unknown.reason
    )


def lay_out_notes(notes: tuple[str, ...]) -> Iterator[Block]:
    """Yield remarks, one to a paragraph."""
    for each in notes:
        yield Paragraph(Text(each, Tone.MUTED))
