"""Every frontend of a load balancer is used by a rule.

What: each frontend IP configuration has a load balancing rule, an outbound rule or an inbound NAT
rule.

Why it matters: a frontend without one is what a deleted service, or a way out that was replaced,
left behind. Its address answers nobody, a public one is billed, and it counts towards the limits.

How it is decided: all rules of a frontend are in its load balancer's document. Passes if each has
one, medium for one without any. Its name gives the service's UID, all but the last digit, and the
tags of its public IP address the service's namespace and name. The frontends of one service are one
finding, with their addresses and with those of the same service that are attached to nothing: the
check "orphaned-public-ip" is silent about them, "probe-sanity" about the service's probes. A
frontend whose address the profile names as the way out is left to "outbound-resources" and
"effective-outbound-ips". Unknown if a load balancer could not be seen, skipped if there is no
frontend. A service whose every port is kept from the load balancer by annotation looks the same.

How to fix: look for the service by its UID. If it is gone delete the frontend, then its address.

Sources: cloud-provider-azure, azure_loadbalancer.go; https://github.com/Azure/AKS/issues/1403,
https://github.com/Azure/AKS/issues/1979
"""

from collections.abc import Iterator

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Skipped,
    Subject,
    Verdict,
    az,
    az_services,
    evidence,
)
from inspector.checking.outbound_rules import balancers_seen
from inspector.cluster.leftovers import UnusedFrontends, unused_frontends
from inspector.findings import Evidence, Group, Severity
from inspector.network.service_names import SERVICE_TAGS
from inspector.resources import (
    FrontendIPConfiguration,
    PublicIPAddress,
    same_text,
)
from inspector.wording import names, share


def decide(subject: Subject) -> Decision:
    """Look for frontends without rules."""
    verdict = Verdict(subject)
    every = sum(
        len(each.properties.frontend_ip_configurations) for each in balancers_seen(subject, verdict)
    )
    if not every and verdict.is_complete:
        return Skipped("no load balancer of the cluster has a frontend")
    leaves = same_text(subject.profile.outbound_type or "loadBalancer", "loadBalancer")
    found = subject.once(unused_frontends)
    unused = [each for each in found if not (each.is_declared and leaves)]
    for each in unused:
        verdict.add(_problem(subject, each))
    faulty = sum(len(each.frontends) for each in unused)
    declared = sum(len(each.frontends) for each in found) - faulty
    note = f"; {declared} of the way out left to outbound-resources" if declared else ""
    return verdict.conclude(
        f"{share(every - declared, every, 'frontend')} used by rules{note}",
        failed=f"{share(faulty, every, 'frontend')} used by no rule",
    )


def _problem(subject: Subject, unused: UnusedFrontends) -> Problem:
    first = unused.frontends[0]
    balancer = unused.balancer.title
    frontends = names(each.title for each in unused.frontends)
    return Problem(
        cause=_cause(unused),
        resource=first.id,
        name=first.title,
        message=f"no rule of load balancer {balancer} uses {_noun(unused)} {frontends}"
        f"{_addresses(unused)}, {_owner(unused)}",
        impact="the address answers nobody, and stays taken and billed"
        if _is_public(unused)
        else "the address answers nobody, and stays taken in the subnet",
        evidence=tuple(_evidence(unused)),
        remediation="Look for the service by its UID; if it is gone, delete the frontend and then "
        "its address."
        if unused.base is not None
        else "Find out whom the frontend is for; if nobody, delete it and then its address.",
        commands=tuple(_commands(subject, unused)),
    )


def _cause(unused: UnusedFrontends) -> str:
    """Return whose it was: told by names alone, which no refusal hides.

    An outbound frontend is called like its address.
    """
    if unused.base is not None:
        return "service"
    frontend = unused.frontends[0]
    public = frontend.properties.public_ip_address or frontend.properties.public_ip_prefix
    is_outbound = public is not None and same_text(public.id.name, frontend.title)
    return "way-out" if is_outbound else "unrecognised"


def _noun(unused: UnusedFrontends) -> str:
    return "frontend" if len(unused.frontends) == 1 else "the frontends"


def _is_public(unused: UnusedFrontends) -> bool:
    return any(each.properties.private_ip_address is None for each in unused.frontends)


def _owner(unused: UnusedFrontends) -> str:
    match _cause(unused):
        case "service":
            named = f" {names(unused.services)}" if unused.services else ""
            return f"left by service{named} with UID {unused.service_uid}"
        case "way-out":
            return "left by a way out that the cluster no longer has"
        case _:
            return "and its name tells no service"


def _addresses(unused: UnusedFrontends) -> str:
    """Return the addresses in words: the public ones that were seen, and the private ones."""
    private = [
        str(each.properties.private_ip_address)
        for each in unused.frontends
        if each.properties.private_ip_address is not None
    ]
    public = [str(each.properties.ip_address or each.title) for each in unused.public_ips]
    found = [*public, *private]
    return f" with {'address' if len(found) == 1 else 'addresses'} {names(found)}" if found else ""


def _evidence(unused: UnusedFrontends) -> Iterator[Evidence]:
    for frontend in unused.frontends:
        yield _attachment(frontend)
    for address in unused.public_ips:
        yield evidence(address, "properties.ipAddress", address.properties.ip_address)
        yield from _tags(address)


def _attachment(frontend: FrontendIPConfiguration) -> Evidence:
    properties = frontend.properties
    if properties.private_ip_address is not None:
        return evidence(frontend, "properties.privateIPAddress", properties.private_ip_address)
    if properties.public_ip_prefix is not None:
        return evidence(frontend, "properties.publicIPPrefix.id", properties.public_ip_prefix.id)
    target = properties.public_ip_address
    return evidence(
        frontend, "properties.publicIPAddress.id", target.id if target is not None else None
    )


def _tags(address: PublicIPAddress) -> Iterator[Evidence]:
    for tag in SERVICE_TAGS:
        if tag in address.tags:
            yield evidence(address, f"tags.{tag}", address.tags[tag])


def _commands(subject: Subject, unused: UnusedFrontends) -> Iterator[str]:
    """Yield what lists the services with their UIDs, then what shows and deletes a leftover."""
    if unused.base is not None:
        yield az_services(subject.cluster)
    for frontend in unused.frontends:
        yield az("network", "lb", "frontend-ip", "show", ids=str(frontend.id))
        yield az("network", "lb", "frontend-ip", "delete", ids=str(frontend.id))


check = Check(
    id="unused-frontend",
    title="Frontends are used by rules",
    group=Group.LOAD_BALANCER,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
