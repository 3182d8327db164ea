"""The network's peerings are connected and in step with their other side.

What: every peering of the networks that nodes and pods live in is ``Connected``, and its
``peeringSyncLevel`` is ``FullyInSync``.

Why it matters: a peering that is only initiated, or disconnected, carries nothing: a hub's
firewall, its DNS resolver and everything on premises are out of reach. One that is out of step
does not know ranges that were added to a network since, so some addresses are unreachable.

How it is decided: from the network's own side of each peering. The remote side is not read; its
state shows here. A peering without a sync level is judged by its state alone, for older versions
of the API do not have one. Skipped where no network of the cluster is peered.

How to fix: create or repeat the missing side of the peering; sync a peering that is out of step.
A peering that is ``Disconnected`` has lost its other side and must be deleted and made again.

Source: https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
"""

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    evidence,
)
from inspector.findings import Evidence, Group, Severity
from inspector.nodes import makes_nodes_without_pool
from inspector.resources import Peering, VirtualNetwork, same_text
from inspector.wording import count, share


def decide(subject: Subject) -> Decision:
    """Judge the peerings of the cluster's networks."""
    verdict = Verdict(subject)
    if makes_nodes_without_pool(subject.topology) or not all(
        pool.vnet_subnet_id for pool in subject.pools
    ):
        verdict.miss(*subject.topology.hidden_nodes)  # their interfaces would tell the network
    peerings: list[Peering] = []
    for network_id in subject.networks:
        with verdict:
            network = subject.topology.get(network_id, VirtualNetwork)
            peerings += network.properties.virtual_network_peerings if network is not None else ()
    for peering in peerings:
        _judge(verdict, peering)
    faulty = len(verdict.problems)
    if not peerings and verdict.is_complete:
        return Skipped("no network of the cluster is peered")
    return verdict.conclude(
        f"{count(len(peerings), 'peering')} connected and in step",
        failed=f"{share(faulty, len(peerings), 'peering')} not connected or not in step",
        evidence=(_state(each) for each in peerings),
    )


def _judge(verdict: Verdict, peering: Peering) -> None:
    properties = peering.properties
    if not same_text(properties.peering_state, "Connected"):
        state = properties.peering_state
        if state is None:
            verdict.doubt(f"ARM does not tell the state of peering {peering.title}")
            return
        verdict.add(
            _problem(
                peering,
                "not-connected",
                f"peering {peering.title} is {state}",
                "nothing passes between the two networks",
            )
        )
    elif not same_text(properties.peering_sync_level or "FullyInSync", "FullyInSync"):
        verdict.add(
            _problem(
                peering,
                "out-of-step",
                f"peering {peering.title} is {properties.peering_sync_level}",
                "ranges added since the last sync cannot be reached from the other network",
            )
        )


def _problem(peering: Peering, cause: str, message: str, impact: str) -> Problem:
    verb = "show" if cause == "not-connected" else "sync"
    return Problem(
        cause=cause,
        resource=peering.id,
        name=peering.title,
        message=message,
        impact=impact,
        evidence=(
            _state(peering),
            evidence(peering, "properties.peeringSyncLevel", peering.properties.peering_sync_level),
        ),
        remediation="Repair the other side, or delete the peering and make it again."
        if cause == "not-connected"
        else "Sync the peering.",
        commands=(az("network", "vnet", "peering", verb, ids=str(peering.id)),),
    )


def _state(peering: Peering) -> Evidence:
    return evidence(peering, "properties.peeringState", peering.properties.peering_state)


check = Check(
    id="peering-health",
    title="Peerings are connected and in step",
    group=Group.ADDRESSES,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
