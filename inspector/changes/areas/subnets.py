"""Subnets as other areas speak of them, and what is put on them."""

from collections.abc import Callable
from functools import partial

from inspector.changes.answer import Thing
from inspector.changes.entries import About, Cause, Entries, Entry, Key, key_of, reference
from inspector.resources import Reference, Subnet, VirtualNetwork
from inspector.topology import Topology


def subnet_key(subnet: Subnet) -> Key:
    """Return the key of a subnet."""
    return key_of(Thing.SUBNET, subnet.id)


def put_on_subnets(
    topology: Topology, put: Callable[[Subnet], Reference | None], thing: Thing, of: Thing
) -> Entries:
    """Yield what is put on each subnet, as a thing; ``of`` is the thing that it is put there."""
    for network in topology.all(VirtualNetwork):
        for subnet in network.properties.subnets:
            target = put(subnet)
            if target is None:
                continue
            causes = (Cause(subnet_key(subnet)), Cause(key_of(of, target.id)))
            yield (
                key_of(thing, subnet.id),
                Entry(
                    subject=subnet.id,
                    about=partial(About, name=subnet.title, words=target.id.name, causes=causes),
                    values={str(of): reference(target.id)},
                ),
            )
