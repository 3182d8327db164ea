"""Which pod CIDR has slices enough for a cluster's nodes, and meets nothing around it.

Sources: AKS "concepts-network-azure-cni-overlay" for the slice of each node, "azure-cni-overlay-
pod-expand" for a pod CIDR that grows around the present one, "configure-kubenet" for the default.
"""

from collections.abc import Iterable
from typing import Final

from inspector.cluster.address_plan import PRIVATE, RESERVED, AddressPlan, Role
from inspector.network.addresses import parse_range
from inspector.network.ranges import IPRange, LabelledRange, first_free, is_within, overlaps_between

DEFAULT_POD_CIDR: Final = parse_range("10.244.0.0/16")
"""What AKS gives pods unless it is told otherwise."""

CANDIDATES: Final = (
    DEFAULT_POD_CIDR,
    parse_range("10.244.0.0/14"),
    parse_range("10.248.0.0/13"),
    parse_range("10.240.0.0/12"),
    parse_range("172.16.0.0/12"),
    parse_range("192.168.0.0/16"),
    parse_range("100.64.0.0/10"),
    parse_range("10.128.0.0/9"),
    parse_range("10.0.0.0/8"),
)
"""Where to look for a pod CIDR: what others seldom use first, the start of 10.0.0.0/8 last."""

_PERCENT: Final = 100
_SHORTEST: Final = 8


def length_with_room(slices: int, slice_length: int, used_percent: int) -> int | None:
    """Return the length of the smallest range of which so many slices take that share at most.

    ``None`` where even a /8 is too small.
    """
    length = slice_length
    while (1 << slice_length - length) * used_percent < slices * _PERCENT:
        length -= 1
        if length < _SHORTEST:
            return None
    return length


def enlarged_pod_cidr(
    plan: AddressPlan, length: int, avoiding: Iterable[IPRange] = ()
) -> IPRange | None:
    """Return the range of a length around the pod CIDR, the pod CIDR itself if that is as large.

    ``None`` unless it is private and meets nothing of the plan nor of what is to be avoided, where
    there is not just one pod CIDR, and where a range that it may meet is not known.
    """
    ranges = [each.range for each in plan.of(Role.POD_CIDR)]
    if len(ranges) != 1 or plan.gaps or plan.doubts:
        return None
    present = ranges[0]
    candidate = present.supernet(new_prefix=min(length, present.prefixlen))
    others = (each.range for each in plan.ranges if each.role is not Role.POD_CIDR)
    taken = [LabelledRange(None, each) for each in (*others, *RESERVED, *avoiding)]
    is_free = not overlaps_between([LabelledRange(None, candidate)], taken)
    return candidate if is_free and is_within(candidate, PRIVATE) else None


def free_pod_cidr(
    plan: AddressPlan, length: int, avoiding: Iterable[IPRange] = ()
) -> IPRange | None:
    """Return a private range of a length that meets nothing of the plan nor of what is avoided.

    It is the lowest of the first of ``CANDIDATES`` that has one. ``None`` where none is left, and
    where a range that it may meet is not known.
    """
    if plan.gaps or plan.doubts:
        return None
    taken = (*RESERVED, *avoiding, *(each.range for each in plan.ranges))
    found = (first_free(length, (inside,), taken) for inside in CANDIDATES)
    return next((each for each in found if each is not None), None)
