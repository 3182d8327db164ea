"""Every public IP address of the cluster serves something, and what its name and tags say.

What: each address in the infrastructure group is attached to something. One that the cloud
provider made for a service is on that service's frontend. Its tag names the cluster ``kubernetes``,
the cloud provider's own name for it.

Why it matters: an address that serves nothing is billed, and surprises whoever counts the ways
into a network. It is often the last trace of a service that was deleted while its clean-up failed.

How it is decided: ARM says what an address is attached to. Attached to nothing: medium if tags or
name tell a service, low otherwise. Low: an address named after one service on the frontend of
another, unless its tag lists several services that share it; a cluster name other than
``kubernetes``. Passes otherwise. Addresses in other groups are looked at where a frontend uses
them; those of scale-set instances never. What a frontend without rules holds is left to
"unused-frontend", an address left by another way out to "outbound-resources", one that the profile
names to "effective-outbound-ips". Nothing is called unused while a NAT gateway may be hidden.
Unknown if load balancers or addresses could not be seen, skipped if there is no address.

How to fix: find out that no service claims the address, then release it.

Sources: cloud-provider-azure, azure_loadbalancer.go and pkg/consts/consts.go;
https://github.com/Azure/AKS/issues/1283, https://github.com/Azure/AKS/issues/3028
"""

from collections.abc import Iterator
from typing import Final

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
from inspector.cluster.leftovers import (
    hidden_users,
    is_unattached,
    unattached_outbound_ips,
    unused_frontends,
)
from inspector.cluster.ownership import OwnerKind, owner_of_public_ip
from inspector.cluster.pool_members import hidden_balancers
from inspector.findings import Evidence, Group, Severity
from inspector.network.service_names import (
    service_base,
    service_uid,
    services_of_tags,
)
from inspector.resource_id import ResourceId
from inspector.resources import (
    FrontendIPConfiguration,
    PublicIPAddress,
    Relation,
    same_text,
)
from inspector.wording import names, share

_CLUSTER_TAGS: Final = ("k8s-azure-cluster-name", "kubernetes-cluster-name")
_CLUSTER: Final = "kubernetes"
_ATTACHED: Final = "properties.ipConfiguration.id"


def decide(subject: Subject) -> Decision:
    """Look for addresses that serve nothing, or something else than they say."""
    topology = subject.topology
    verdict = Verdict(subject)
    scope = topology.cluster.infrastructure_group or topology.cluster.id
    verdict.miss(*hidden_balancers(topology))
    with verdict:
        topology.listed(scope, PublicIPAddress)
    addresses = [*_own(subject), *_used_elsewhere(subject, verdict)]
    if not addresses and verdict.is_complete:
        return Skipped("the cluster has no public IP address")
    elsewhere = _elsewhere(subject)
    hidden = hidden_users(topology)
    for address in addresses:
        if not is_unattached(address):
            _judge_attached(verdict, address)
        elif address.id in elsewhere:
            continue
        elif hidden:
            verdict.miss(*hidden)
        elif owner_of_public_ip(topology, address).kind is OwnerKind.NOBODY:
            verdict.add(_orphan(subject, address))
    every = len(addresses)
    others = len(elsewhere & {each.id for each in addresses})
    note = f"; {others} left to unused-frontend or outbound-resources" if others else ""
    faulty = len({each.resource for each in verdict.problems})
    return verdict.conclude(
        f"{share(every - others, every, 'public IP address')} in use as named{note}",
        failed=f"{share(faulty, every, 'public IP address')} not in use as named{note}",
        evidence=map(_attachment, addresses),
    )


def _elsewhere(subject: Subject) -> frozenset[ResourceId]:
    """Return the addresses that other checks speak of: why they are there is told already."""
    unused = subject.once(unused_frontends)
    held = {each.id for found in unused for each in found.public_ips}
    if same_text(subject.profile.outbound_type or "loadBalancer", "loadBalancer"):
        return frozenset(held)
    left = (each.id for each in unattached_outbound_ips(subject.topology))
    return frozenset({*held, *left})


def _own(subject: Subject) -> Iterator[PublicIPAddress]:
    group = subject.cluster.infrastructure_group
    for address in subject.topology.all(PublicIPAddress):
        is_listed = same_text(address.id.type, PublicIPAddress.arm_type)
        if is_listed and address.id.resource_group_id == group:
            yield address


def _used_elsewhere(subject: Subject, verdict: Verdict) -> list[PublicIPAddress]:
    """Return the addresses of other groups that frontends of the cluster use."""
    topology = subject.topology
    found = []
    for target in topology.targets(Relation.PUBLIC_IP):
        users = topology.referring(target, Relation.PUBLIC_IP)
        is_ours = target.resource_group_id == subject.cluster.infrastructure_group
        if not is_ours and any(_is_frontend(each) for each in users):
            with verdict:
                address = topology.get(target, PublicIPAddress)
                found += [] if address is None else [address]
    return found


def _is_frontend(resource_id: ResourceId) -> bool:
    return same_text(resource_id.type, FrontendIPConfiguration.arm_type)


def _judge_attached(verdict: Verdict, address: PublicIPAddress) -> None:
    base = service_base(address.title)
    reference = address.properties.ip_configuration
    if base is not None and reference is not None and _is_frontend(reference.id):
        is_shared = len(services_of_tags(address.tags)) > 1
        if not is_shared and service_base(reference.id.name) != base:
            verdict.add(_misplaced(address, reference.id))
    for tag in _CLUSTER_TAGS:
        if tag in address.tags and not same_text(address.tags[tag], _CLUSTER):
            verdict.add(_of_other_cluster(address, tag))
            return


def _orphan(subject: Subject, address: PublicIPAddress) -> Problem:
    services, uid = services_of_tags(address.tags), service_uid(address.title)
    is_of_service = bool(services or uid)
    service = f" {names(services)}" if services else ""
    known = f" with UID {uid}" if uid is not None else ""
    whose = f", left by service{service}{known}" if is_of_service else ""
    return Problem(
        cause="unattached",
        resource=address.id,
        name=address.title,
        message=f"public IP address {_words(address)} is attached to nothing{whose}",
        impact="the address is billed and serves nobody",
        evidence=(
            evidence(address, _ATTACHED, None),
            evidence(address, "properties.natGateway.id", None),
            evidence(address, "properties.ipAddress", address.properties.ip_address),
            *(evidence(address, f"tags.{tag}", value) for tag, value in address.tags.items()),
        ),
        remediation="Find out that no service, DNS record or allow-list counts on the address, "
        "then release it.",
        commands=(
            *([az_services(subject.cluster)] if is_of_service else []),
            az("network", "public-ip", "show", ids=str(address.id)),
            az("network", "public-ip", "delete", ids=str(address.id)),
        ),
        severity=Severity.MEDIUM if is_of_service else Severity.LOW,
    )


def _misplaced(address: PublicIPAddress, frontend: ResourceId) -> Problem:
    services = services_of_tags(address.tags)
    tagged = f", its tag says {names(services)}" if services else ""
    return Problem(
        cause="other-frontend",
        resource=address.id,
        name=address.title,
        message=f"public IP address {_words(address)} is named after the service with UID "
        f"{service_uid(address.title)} and is on frontend {frontend.name}{tagged}",
        impact="deleting either service may release the address that the other one needs",
        evidence=(
            _attachment(address),
            *(evidence(address, f"tags.{tag}", value) for tag, value in address.tags.items()),
        ),
        remediation="Find both services by their UIDs, and give each an address of its own.",
        commands=(az("network", "public-ip", "show", ids=str(address.id)),),
        severity=Severity.LOW,
    )


def _of_other_cluster(address: PublicIPAddress, tag: str) -> Problem:
    return Problem(
        cause="cluster-name",
        resource=address.id,
        name=address.title,
        message=f"tag {tag} of public IP address {_words(address)} says {address.tags[tag]}, and "
        f"AKS clusters are called {_CLUSTER} there",
        impact="the cloud provider takes the address for another cluster's and never releases it",
        evidence=(evidence(address, f"tags.{tag}", address.tags[tag]), _attachment(address)),
        remediation="Find out which cluster made the address, and correct the tag.",
        commands=(az("network", "public-ip", "show", ids=str(address.id), query="tags"),),
        severity=Severity.LOW,
    )


def _words(address: PublicIPAddress) -> str:
    found = address.properties.ip_address
    return address.title if found is None else f"{address.title} ({found})"


def _attachment(address: PublicIPAddress) -> Evidence:
    properties = address.properties
    if properties.ip_configuration is None and properties.nat_gateway is not None:
        return evidence(address, "properties.natGateway.id", properties.nat_gateway.id)
    attached = properties.ip_configuration
    return evidence(address, _ATTACHED, attached.id if attached is not None else None)


check = Check(
    id="orphaned-public-ip",
    title="Public IP addresses are in use",
    group=Group.LOAD_BALANCER,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
