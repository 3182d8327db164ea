"""Every load balancer is Standard, as the cluster's profile says.

What: ``loadBalancerSku`` of the profile is ``standard``, every load balancer of the infrastructure
group has that SKU, and so have the public IP addresses of its frontends.

Why it matters: Basic load balancers and Basic public IP addresses were retired on 2025-09-30. A
cluster on them gets no support, and neither outbound rules nor zones. A load balancer that was
moved by hand leaves a profile that tells AKS to write the wrong kind.

How it is decided: a SKU that ARM leaves out is Basic. Passes if profile, load balancers and
addresses are Standard alike. Fails with high severity if the profile says Basic, if a load
balancer differs from it, or if an address differs from its load balancer. A profile that says
Basic is one finding, whatever the load balancers are. Unknown if a load balancer or an address
could not be seen, or for a SKU that is not recognised. The check "retirements" is silent about
Basic, for this one speaks.

How to fix: upgrade with ``az aks update --load-balancer-sku Standard`` in a maintenance window.
Services are down meanwhile, addresses may change, and there is no way back. A cluster on an
availability set moves to virtual machines in the same step.

Source: https://learn.microsoft.com/azure/aks/upgrade-basic-load-balancer-on-aks
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Verdict,
    az,
    az_cluster,
    evidence,
)
from inspector.cluster.pool_members import hidden_balancers
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.resources import LoadBalancer, PublicIPAddress, Relation, same_text
from inspector.wording import names, share

_RETIRED_ON: Final = date(2025, 9, 30)
_RECOGNISED: Final = frozenset({"basic", "standard"})
_FIELD: Final = "sku.name"


def decide(subject: Subject) -> Decision:
    """Compare the SKUs of the profile, the load balancers and their addresses."""
    verdict = Verdict(subject)
    verdict.miss(*hidden_balancers(subject.topology))
    balancers = subject.topology.all(LoadBalancer)
    declared = _sku(subject.profile.load_balancer_sku)
    for sku in (declared, *(_sku(each.sku.name) for each in balancers)):
        if sku.lower() not in _RECOGNISED:
            verdict.doubt(f"load balancer SKU {sku} is not recognised")
    differing = [
        each
        for each in balancers
        if _is_recognised(each) and not same_text(_sku(each.sku.name), declared)
    ]
    if same_text(declared, "Basic"):
        verdict.add(_basic(subject, balancers, differing))
    elif differing and declared.lower() in _RECOGNISED:
        verdict.add(_mismatch(subject, declared, balancers, differing))
    addresses = 0
    for balancer in filter(_is_recognised, balancers):
        addresses += _judge_addresses(subject, verdict, balancer)
    parts = ["the profile"]
    parts += [share(len(balancers), len(balancers), "load balancer")] if balancers else []
    parts += [share(addresses, addresses, "public IP address")] if addresses else []
    return verdict.conclude(
        f"Standard: {', '.join(parts)}",
        failed="; ".join(each.message for each in verdict.problems),
        evidence=(_profile(subject), *map(_of_balancer, balancers)),
    )


def _sku(name: str | None) -> str:
    return name or "Basic"


def _is_recognised(balancer: LoadBalancer) -> bool:
    return _sku(balancer.sku.name).lower() in _RECOGNISED


def _profile(subject: Subject) -> Evidence:
    field = "properties.networkProfile.loadBalancerSku"
    return evidence(subject.cluster, field, subject.profile.load_balancer_sku)


def _of_balancer(balancer: LoadBalancer) -> Evidence:
    return evidence(balancer, _FIELD, balancer.sku.name)


def _basic(
    subject: Subject, balancers: Iterable[LoadBalancer], differing: Iterable[LoadBalancer]
) -> Problem:
    is_over = subject.as_of >= _RETIRED_ON
    state = f"{'retired since' if is_over else 'to be retired on'} {_RETIRED_ON.isoformat()}"
    others = [f"{each.title} is {each.sku.name}" for each in differing]
    beside = f", while load balancer {names(others)}" if others else ""
    return Problem(
        cause="basic",
        resource=subject.cluster.id,
        name=subject.cluster.title,
        message=f"the profile's load balancer SKU is Basic, {state}{beside}",
        impact="the load balancer gets neither support nor repairs any more"
        if is_over
        else "the load balancer gets neither support nor repairs from that day on",
        evidence=(_profile(subject), *map(_of_balancer, balancers), *_basic_addresses(subject)),
        remediation="Upgrade to a Standard load balancer in a maintenance window: services are "
        "down meanwhile, and there is no way back.",
        commands=_upgrade(subject),
    )


def _basic_addresses(subject: Subject) -> Iterator[Evidence]:
    for address in subject.topology.all(PublicIPAddress):
        is_listed = same_text(address.id.type, PublicIPAddress.arm_type)
        if is_listed and same_text(_sku(address.sku.name), "Basic"):
            yield evidence(address, _FIELD, address.sku.name)


def _upgrade(subject: Subject) -> tuple[str, ...]:
    """Return the commands to look and to upgrade; availability sets are left in the same step."""
    show = az_cluster(subject.cluster, "show", query="networkProfile.loadBalancerSku")
    if any(same_text(each.type, "AvailabilitySet") for each in subject.pools):
        return show, az_cluster(subject.cluster, "update", migrate_vmas_to_vms="")
    return show, az_cluster(subject.cluster, "update", load_balancer_sku="Standard")


def _mismatch(
    subject: Subject,
    declared: str,
    balancers: Iterable[LoadBalancer],
    differing: list[LoadBalancer],
) -> Problem:
    found = (f"{each.title} is {_sku(each.sku.name)}" for each in differing)
    return Problem(
        cause="profile-mismatch",
        resource=subject.cluster.id,
        name=subject.cluster.title,
        message=f"the profile's load balancer SKU is {declared}, load balancer {names(found)}",
        impact="AKS writes rules for another kind of load balancer than there is",
        evidence=(_profile(subject), *map(_of_balancer, balancers)),
        remediation="Find out who replaced the load balancer, and let AKS make it again.",
        commands=(
            *(az("network", "lb", "show", ids=str(each.id), query="sku") for each in differing),
            az_cluster(subject.cluster, "update"),
        ),
    )


def _judge_addresses(subject: Subject, verdict: Verdict, balancer: LoadBalancer) -> int:
    """Note the addresses unlike their load balancer, and return how many it has."""
    topology = subject.topology
    targets: dict[ResourceId, None] = {}
    for frontend in balancer.properties.frontend_ip_configurations:
        targets.update(dict.fromkeys(topology.linked(frontend.id, Relation.PUBLIC_IP)))
    found: list[PublicIPAddress] = []
    for target in targets:
        with verdict:
            address = topology.get(target, PublicIPAddress)
            found += [] if address is None else [address]
    sku = _sku(balancer.sku.name)
    unlike = [each for each in found if not same_text(_sku(each.sku.name), sku)]
    if unlike:
        verdict.add(_unlike(balancer, sku, unlike, len(found)))
    return len(found)


def _unlike(balancer: LoadBalancer, sku: str, unlike: list[PublicIPAddress], every: int) -> Problem:
    others = (f"{each.title} ({_sku(each.sku.name)})" for each in unlike)
    return Problem(
        cause="public-ip-sku",
        resource=balancer.id,
        name=balancer.title,
        message=f"load balancer {balancer.title} is {sku}, "
        f"{share(len(unlike), every, 'public IP address')} on it "
        f"{'is' if len(unlike) == 1 else 'are'} not: {names(others)}",
        impact="Azure serves no frontend whose address has another SKU than the load balancer",
        evidence=(
            _of_balancer(balancer),
            *(evidence(each, _FIELD, each.sku.name) for each in unlike),
        ),
        remediation=f"Replace {'it' if len(unlike) == 1 else 'each'} by an address of SKU {sku}, "
        "or upgrade it in place while it is detached.",
        commands=tuple(
            az("network", "public-ip", "show", ids=str(each.id), query="sku") for each in unlike
        ),
    )


check = Check(
    id="load-balancer-sku",
    title="Load balancers are Standard",
    group=Group.LOAD_BALANCER,
    severity=Severity.HIGH,
    documentation=__doc__ or "",
    decide=decide,
)
