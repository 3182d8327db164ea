"""The cluster uses nothing that AKS has retired, or retires soon.

What: none of the features in the table of retirements is in use: load balancer and pool kinds,
operating systems of nodes, policy engines, add-ons, network plugins.

Why it matters: from its date on a retired feature has no support and no security fixes. Once its
node images are removed, a pool can neither scale nor repair a node.

How it is decided: the cluster's own document shows what is in use, by the network profile, the
pools' type, OS SKU and node image, and the add-ons. The dates are judged by the day of the
snapshot, or by ``--as-of``. High: the date has come; medium: it comes within the notice
(``retirement-notice-days``, 365 unless set); info: later. One finding for each feature. That of
kubenet lists the conditions of a move to Azure CNI Overlay: met, not met, or not visible in ARM.
Unknown, unless something retired is in use: ARM tells neither node image nor OS version of a pool,
the nodes of auto-provisioning, or the controllers of the application routing add-on. The preview
field ``enableCustomCATrust`` is judged where the answer has it: stable API versions leave it out.
The Basic load balancer is left to load-balancer-sku, and default outbound access to
default-outbound-access: one cause, one finding.

How to fix: plan the replacement before the date; the finding names it.

Sources: the retirement pages of the AKS documentation that the findings' rows come from,
https://github.com/MicrosoftDocs/azure-aks-docs/tree/main/articles/aks/includes,
https://learn.microsoft.com/azure/aks/update-azure-cni for the conditions of the move, the AKS
changelog.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from inspector.checking import (
    Check,
    Decision,
    Problem,
    Subject,
    Verdict,
    az_at,
    az_cluster,
    az_pool,
    evidence,
)
from inspector.cluster.move_conditions import Answer, Requirement, overlay_readiness
from inspector.cluster.retirements import RETIREMENTS, Retirement, Use, usage_of
from inspector.findings import Evidence, Group, Severity
from inspector.nodes import makes_nodes_without_pool
from inspector.resources import same_text
from inspector.wording import count, names, share

_KUBENET = "kubenet"
_LIST = ("aks", "nodepool", "list")


def decide(subject: Subject) -> Decision:
    """Go through the table of retirements."""
    verdict = Verdict(subject)
    judged = [each for each in RETIREMENTS if each.told_by is None]
    for retirement in judged:
        usage = usage_of(retirement, subject.cluster)
        for reason in usage.untold:
            verdict.doubt(reason)
        if usage.uses:
            verdict.add(_problem(subject, retirement, usage.uses))
    if makes_nodes_without_pool(subject.topology):
        verdict.doubt("ARM does not tell the node images of auto-provisioned nodes")
    late = sum(each.severity is Severity.HIGH for each in verdict.problems)
    whole = len(judged)
    return verdict.conclude(
        f"none of {count(whole, 'retired or retiring feature')} in use on {subject.as_of}",
        failed=f"{share(len(verdict.problems), whole, 'retired or retiring feature')} in use, "
        f"{late} past the date on {subject.as_of}",
    )


def _problem(subject: Subject, retirement: Retirement, uses: Iterable[Use]) -> Problem:
    cluster = subject.cluster
    found = list(uses)
    pools = list(dict.fromkeys(each.pool for each in found if each.pool is not None))
    where = f" in {'pool' if len(pools) == 1 else 'pools'} {names(pools)}" if pools else ""
    conditions = overlay_readiness(cluster) if retirement.predicate == _KUBENET else ()
    is_ready = all(each.answer is not Answer.NOT_MET for each in conditions)
    options = dict(retirement.update) if is_ready else {}
    if "network-dataplane" in options and not same_text(subject.profile.network_plugin, "azure"):
        options = {}  # AKS refuses Cilium under another plugin
    update = (az_cluster(cluster, "update", **options),) if options else ()
    return Problem(
        cause=retirement.predicate or "",
        resource=cluster.id,
        name=cluster.title,
        message=f"{retirement.feature}{where}: {_when(retirement, subject.as_of)}"
        f"{_readiness(conditions)}",
        impact=_impact(retirement, subject.as_of),
        evidence=(
            *(_evidence(subject, each) for each in found),
            *(part for each in conditions for part in _condition(each)),
        ),
        remediation=retirement.replacement,
        commands=(*_show(subject, found), *update),
        severity=_severity(subject, retirement),
    )


def _severity(subject: Subject, retirement: Retirement) -> Severity:
    days = (retirement.retired_on - subject.as_of).days
    if days <= 0:
        return Severity.HIGH
    is_near = days <= subject.thresholds.retirement_notice_days
    return Severity.MEDIUM if is_near else Severity.INFO


def _when(retirement: Retirement, today: date) -> str:
    """Return the dates, with the days that are left or have passed."""
    retired = _dated("retired", "retires", retirement.retired_on, today)
    removed = retirement.images_removed_on
    if removed is None:
        return retired
    return f"{retired}; node images {_dated('removed', 'are removed', removed, today)}"


def _dated(past: str, future: str, day: date, today: date) -> str:
    days = (day - today).days
    if days > 0:
        return f"{future} on {day}, in {count(days, 'day')}"
    return f"{past} on {day}, {count(-days, 'day')} ago" if days else f"{past} on {day}, today"


def _impact(retirement: Retirement, today: date) -> str:
    removed = retirement.images_removed_on
    if removed is not None and removed <= today:
        return "the pool can neither scale nor repair a node, and gets no security fixes"
    since = "has" if retirement.retired_on <= today else "will have"
    return f"it {since} neither support nor security fixes"


def _readiness(conditions: tuple[Requirement, ...]) -> str:
    if not conditions:
        return ""
    met = sum(each.answer is Answer.MET for each in conditions)
    unmet = [each.words for each in conditions if each.answer is Answer.NOT_MET]
    lacks = f"; not met: {names(unmet)}" if unmet else ""
    return f"; {share(met, len(conditions), 'condition')} of a move to Azure CNI Overlay met{lacks}"


def _condition(condition: Requirement) -> Iterator[Evidence]:
    for each in condition.readings:
        told = f" ({each.value})" if each.value is not None else ""
        value = f"{condition.answer}: {condition.words}{told}"
        yield Evidence(resource=each.resource, name=each.name, field=each.field, value=value)


def _evidence(subject: Subject, use: Use) -> Evidence:
    if use.pool is None:
        return evidence(subject.cluster, use.field, use.value)
    return Evidence(
        resource=subject.cluster.pool_id(use.pool),
        name=use.pool,
        field=use.field,
        value=use.value,
    )


def _show(subject: Subject, uses: Iterable[Use]) -> Iterator[str]:
    """Yield the commands that show the fields: ``az`` leaves ``properties`` out of paths."""
    cluster = subject.cluster
    fields: dict[str, list[str | None]] = {}
    for use in uses:
        fields.setdefault(use.field.removeprefix("properties."), []).append(use.pool)
    for query, pools in fields.items():
        if len(pools) > 1:
            every = f"[].[name, {query}]"
            yield az_at(cluster.id, *_LIST, cluster_name=cluster.title, query=every)
        elif pools[0] is None:
            yield az_cluster(cluster, "show", query=query)
        else:
            yield az_pool(cluster, pools[0], "show", query=query)


check = Check(
    id="retirements",
    title="No retired or retiring feature in use",
    group=Group.LIFECYCLE,
    severity=Severity.MEDIUM,
    documentation=__doc__ or "",
    decide=decide,
)
