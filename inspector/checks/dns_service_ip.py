"""The DNS service has an address of the service CIDR that is free for it.

What: ``dnsServiceIP`` is inside a service CIDR, and is neither its network address, nor its first
address, nor its last one.

Why it matters: every pod asks this address for names. Outside the service CIDR nothing listens on
it, and the first address is the API server's, ``kubernetes.default``: no name is resolved.

How it is decided: from the cluster's document alone. Fails as high for each of the four. The last
address of an IPv6 range may be used. Unknown where the address or the service CIDR is not given
or cannot be read. That the address usually ends in 10 is a habit, not a rule.

How to fix: neither can be changed. Build a new cluster with an address inside its service CIDR.

Source: https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Undecided,
    Verdict,
    az_cluster,
    evidence,
)
from inspector.cluster.address_plan import Role, plan_addresses
from inspector.findings import Evidence, Group, Severity
from inspector.network.ranges import IPRange
from inspector.wording import names

_FIELD: Final = "properties.networkProfile.dnsServiceIP"
_IPV4: Final = 4
_UNANSWERED: Final = "nothing answers pods that ask for a name"
_IMPACTS: Final = {
    "outside": _UNANSWERED,
    "network-address": _UNANSWERED,
    "first-address": "the API server's service has this address, and pods that ask it get no name",
    "last-address": _UNANSWERED,
}


def decide(subject: Subject) -> Decision:
    """Find the DNS service's address in the service CIDRs."""
    text = subject.profile.dns_service_ip
    if not text or not subject.profile.all_service_cidrs:
        unknown = "service CIDR" if text else "address of the DNS service"
        return Undecided(f"ARM does not tell the cluster's {unknown}")
    try:
        address = ip_address(text)
    except ValueError:
        return Undecided(f"the address of the DNS service is none: {text!r}")
    plan = subject.once(plan_addresses)
    services = plan.of(Role.SERVICE_CIDR)
    around = next((each for each in services if address in each.range), None)
    doubts = plan.doubts_about(Role.SERVICE_CIDR)
    if around is None and doubts:
        return Undecided("; ".join(doubts))
    verdict = Verdict(subject)
    if around is None:
        ranges = names(each.text for each in services)
        verdict.add(_problem(subject, "outside", f"{text} is outside service CIDR {ranges}"))
    else:
        place = _place(address, around.range)
        if place is not None:
            message = f"{text} is the {place} of service CIDR {around.text}"
            verdict.add(_problem(subject, place.replace(" ", "-"), message))
    inside = "" if around is None else around.text
    return verdict.conclude(
        f"{text} is inside service CIDR {inside}, and free for a service",
        failed=f"{text} cannot be the address of the DNS service",
        evidence=_evidence(subject),
    )


def _place(address: IPv4Address | IPv6Address, around: IPRange) -> str | None:
    """Return which place of the range it is that no service but the API server's can have."""
    at = int(address) - int(around.network_address)
    if at == 0:
        return "network address"
    if at == 1:
        return "first address"
    is_last = address == around.broadcast_address
    return "last address" if is_last and address.version == _IPV4 else None


def _problem(subject: Subject, cause: str, message: str) -> Problem:
    cluster = subject.cluster
    return Problem(
        cause=cause,
        resource=cluster.id,
        name=cluster.title,
        message=message,
        impact=_IMPACTS[cause],
        evidence=_evidence(subject),
        remediation="Build a new cluster with an address inside its service CIDR, the tenth for "
        "example: neither can be changed.",
        commands=(az_cluster(cluster, "show", query="networkProfile"),),
    )


def _evidence(subject: Subject) -> tuple[Evidence, ...]:
    services = subject.once(plan_addresses).of(Role.SERVICE_CIDR)
    return (
        evidence(subject.cluster, _FIELD, subject.profile.dns_service_ip),
        *(evidence(each.owner, each.field, each.text) for each in services),
    )


check = Check(
    id="dns-service-ip",
    title="The DNS service's address is in the service CIDR",
    group=Group.ADDRESSES,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
