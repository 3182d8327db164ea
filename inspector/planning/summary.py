"""The answer of a plan in a few sentences: what runs out first, what binds, how many ports."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction

from inspector.network.pool_sizes import Situation
from inspector.planning.ceilings import Cause, Ceiling, Ceilings
from inspector.planning.figures import Figure, several, why
from inspector.planning.outlook import SITUATION_WORDS, Outlook, Verdict, outlook_of, reason_of
from inspector.planning.port_verdicts import port_verdicts
from inspector.planning.rooms import PoolRunway
from inspector.planning.runway import PodCIDRRunway, Stretch, SubnetRunway
from inspector.planning.snat import SNAT
from inspector.report.answer import Unknown, View
from inspector.wording import names


class Unit(StrEnum):
    """What a subnet gives out, and what a pod CIDR does."""

    ADDRESS = "address"
    SLICE = "slice"


class Shortage(View, frozen=True):
    """A subnet or the pod CIDR that is too small, and the first situation in which it is.

    ``lacking`` is how many units it lacks in that situation.
    """

    words: str
    situation: Situation
    lacking: int
    unit: Unit


class Summary(View, frozen=True):
    """The answer first.

    ``first_pool`` is the pool that gets the smallest share of the nodes it may want, if it alone
    grows; it is ``None`` where no pool wants any. ``shortages`` count all pools together.
    ``ports`` are by way out.
    """

    first_pool: str | Unknown | None
    runs_out_first: Verdict
    shortages: tuple[Shortage, ...]
    binding_ceiling: Verdict
    ports: tuple[Verdict, ...]


class Parts(View, frozen=True):
    """The parts of a plan that its summary is made of."""

    pools: tuple[PoolRunway, ...]
    subnets: tuple[SubnetRunway, ...]
    pod_cidr: PodCIDRRunway | None
    ceilings: Ceilings
    snat: SNAT


def build_summary(parts: Parts) -> Summary:
    """Return the answer to a plan's questions."""
    shortages = tuple(_shortages(parts))
    return Summary(
        first_pool=_first_pool(parts.pools),
        runs_out_first=_runs_out_first(parts, shortages),
        shortages=shortages,
        binding_ceiling=_binding(parts),
        ports=tuple(port_verdicts(parts.snat)),
    )


def _shortages(parts: Parts) -> Iterator[Shortage]:
    for subnet in parts.subnets:
        yield from _first_shortage(f"subnet {subnet.subnet}", subnet.stretches, Unit.ADDRESS)
    if parts.pod_cidr is not None:
        words = f"pod CIDR {names(parts.pod_cidr.ranges)}"
        yield from _first_shortage(words, parts.pod_cidr.stretches, Unit.SLICE)


def _first_shortage(words: str, stretches: Iterable[Stretch], unit: Unit) -> Iterator[Shortage]:
    for stretch in stretches:
        left = _what_is_left(stretch)
        if left.number is not None and left.number < 0:
            yield Shortage(
                words=words, situation=stretch.situation, lacking=-left.number, unit=unit
            )
            return


def _first(pools: Iterable[PoolRunway]) -> PoolRunway | None:
    """Return the pool with the smallest share of the nodes it may want, of those that are told."""
    shares = []
    for place, each in enumerate(pools):
        fits, wanted = each.fits.number, each.wanted.number
        if fits is not None and wanted is not None and (wanted or each.spare.is_lacking):
            shares.append((Fraction(fits, wanted or 1), place, each))
    return min(shares)[2] if shares else None


def _untold(pools: Iterable[PoolRunway]) -> Unknown | None:
    return next((each.spare.unknown for each in pools if each.spare.unknown is not None), None)


def _first_pool(pools: Sequence[PoolRunway]) -> str | Unknown | None:
    untold, first = _untold(pools), _first(pools)
    if untold is not None:
        return untold
    return first.pool if first is not None else None


def _runs_out_first(parts: Parts, shortages: Sequence[Shortage]) -> Verdict:
    first, untold = _first(parts.pools), _untold(parts.pools)
    is_lacking = first is not None and first.spare.is_lacking
    if first is not None and is_lacking:
        sentence = f"pool {first.pool} {_room_words(first)}"
    elif untold is not None:
        rest = f"; of the others pool {first.pool} {_room_words(first)}" if first else ""
        sentence = f"cannot be told: {why(untold)}{rest}"
    elif first is None:
        sentence = "none: no pool may need more nodes than it has"
    else:
        every = "each pool, if it alone grows," if shortages else "every pool"
        sentence = (
            f"none: {every} has room for its maximum and an upgrade; the tightest, pool "
            f"{first.pool}, {_room_words(first)}"
        )
    short = "".join(f"; {each}" for each in map(_shortage_words, shortages))
    if is_lacking or shortages:
        return Verdict(outlook=Outlook.SHORT, words=sentence + short)
    hidden = _untold_together(parts) if untold is None else None
    if hidden is not None:
        sentence += f"; what all may need together cannot be told: {why(hidden)}"
    outlook = Outlook.ENOUGH if untold is None and hidden is None else Outlook.UNKNOWN
    return Verdict(outlook=outlook, words=sentence)


def _untold_together(parts: Parts) -> Unknown | None:
    """Return why it is not known what is left of a subnet or of the pod CIDR, if it is not."""
    stretches = [each.stretches[-1] for each in parts.subnets]
    stretches += [parts.pod_cidr.stretches[-1]] if parts.pod_cidr is not None else []
    left = map(_what_is_left, stretches)
    return next((each.unknown for each in left if each.unknown is not None), None)


def _what_is_left(stretch: Stretch) -> Figure:
    return stretch.left if stretch.left_when_full is None else stretch.left_when_full


def _room_words(pool: PoolRunway) -> str:
    fits, wanted = _value(pool.fits), _value(pool.wanted)
    most = "at most " if pool.is_at_most else ""
    limit = "" if pool.limited_by is None else f" (limit: {pool.limited_by.words})"
    lacks = f": it lacks {-_value(pool.spare):,}" if pool.spare.is_lacking else ""
    room = f"room for {most}{fits:,}" if fits else "no room for any"
    return f"may need {several(wanted, 'further node')} and has {room}{limit}{lacks}"


def _value(answer: Figure) -> int:
    return answer.number or 0


def _shortage_words(shortage: Shortage) -> str:
    lacking = several(shortage.lacking, shortage.unit)
    return f"{shortage.words} lacks {lacking} {SITUATION_WORDS[shortage.situation]}"


def _binding(parts: Parts) -> Verdict:
    ceilings, binding = parts.ceilings, parts.ceilings.binding
    if binding is None:
        told = [each for each in ceilings.rows if each.nodes.unknown is None]
        first = min(told, key=lambda each: _value(each.nodes), default=None)
        lowest = (
            f"; no more than {_ceiling_words(first.nodes, first.words)}"
            if first is not None
            else ""
        )
        words = f"cannot be told: {reason_of(ceilings.nodes)}{lowest}"
        return Verdict(outlook=Outlook.UNKNOWN, words=words)
    most = "at most " if ceilings.is_at_most else ""
    because = binding.words + _first_of_several(parts, binding)
    words = f"{most}{_ceiling_words(ceilings.nodes, because)}; {_sizes(ceilings)}"
    summed = [each for row in _rows_of(ceilings, binding) for each in row.subnets]
    left = (figure for each in summed for figure in (each.left_now, each.left_at_maximum))
    outlook = outlook_of(ceilings.left_now, ceilings.left_at_maximum, *left)
    is_full = ceilings.left_now.number == 0
    return Verdict(outlook=Outlook.SHORT if is_full else outlook, words=words)


def _rows_of(ceilings: Ceilings, cause: Cause) -> list[Ceiling]:
    return [each for each in ceilings.rows if each.kind is cause.kind]


def _first_of_several(parts: Parts, binding: Cause) -> str:
    """Return which pool ends first where the room of several subnets is summed."""
    is_summed = any(each.subnets for each in _rows_of(parts.ceilings, binding))
    first = _first(parts.pools) if is_summed else None
    return f"; pool {first.pool} ends first" if first is not None else ""


def _ceiling_words(nodes: Figure, words: str) -> str:
    return f"{several(_value(nodes), 'node')} ({words})"


def _sizes(ceilings: Ceilings) -> str:
    now, most = ceilings.sizes[0].nodes, ceilings.sizes[-1].nodes
    words = f"now unknown: {reason_of(now)}" if now.number is None else f"{now.number:,} now"
    if most.number is not None:
        return f"{words}, {most.number:,} at the maximum and in an upgrade"
    return f"{words}, the maximum cannot be told: {reason_of(most)}"
