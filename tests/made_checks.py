"""Checks made up for tests: what they answer is known, whatever cluster they are asked about.

They have ids of real checks, which settings may name.
"""

from datetime import date

from inspector import Baseline, CheckReport, Config, check
from inspector.checking import (
    Check,
    Decision,
    Failed,
    Passed,
    Problem,
    Skipped,
    Subject,
    Undecided,
)
from inspector.findings import Evidence, Group, Severity
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, GapReason
from tests.odd_clusters import bundled

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
NETWORK = f"{SUBSCRIPTION}/resourceGroups/Rg-Net/providers/Microsoft.Network"
GAP = Gap(
    target=ResourceId(f"{SUBSCRIPTION}/resourceGroups/rg-net"),
    listing="Microsoft.Network/routeTables",
    reason=GapReason.FORBIDDEN,
    action="Microsoft.Network/routeTables/read",
    status=403,
    code="AuthorizationFailed",
)


def table_id(name: str) -> ResourceId:
    """Return the id of a route table."""
    return ResourceId(f"{NETWORK}/routeTables/{name}")


def problem(
    name: str, severity: Severity | None = None, *, cause: str = "broken", message: str = ""
) -> Problem:
    """Return a fault of a route table."""
    return Problem(
        cause=cause,
        resource=table_id(name),
        name=name,
        message=message or f"{name} is broken",
        impact="nothing passes",
        evidence=(
            Evidence(resource=table_id(name), name=name, field="properties.routes", value="none"),
            Evidence(resource=table_id(name), name=name, field="properties.count", value=0),
        ),
        remediation="Mend it.",
        commands=(f"az network route-table show --ids {table_id(name)}", "az account show"),
        severity=severity,
    )


def made(
    check_id: str,
    decision: Decision,
    group: Group = Group.ROUTES,
    severity: Severity = Severity.MEDIUM,
) -> Check:
    """Return a check that always comes to the decision."""

    def decide(_subject: Subject) -> Decision:
        return decision

    return Check(
        id=check_id,
        title=f"{check_id} holds",
        group=group,
        severity=severity,
        documentation=f"All is well with {check_id}.\n\nWhat: it is.\n\nHow to fix: see to it.",
        decide=decide,
    )


def failed(*problems: Problem, missing: tuple[Gap, ...] = ()) -> Failed:
    """Return a failure for the problems."""
    return Failed(f"{len(problems)} of 9 route tables broken", problems, missing)


FAILING = made(
    "peering-health",
    failed(problem("rt-b"), problem("rt-a", Severity.CRITICAL), problem("rt-c", Severity.INFO)),
    Group.ADDRESSES,
)
PARTLY = made(
    "default-route", failed(problem("rt-low", Severity.LOW), missing=(GAP,)), Group.EGRESS
)
PASSING = made(
    "kubenet-one-ip-per-node",
    Passed(
        "3 of 3 in order",
        (Evidence(resource=table_id("rt"), name="rt", field="id", value=True),),
    ),
    Group.INTERFACES,
)
SKIPPED = made("reserved-range", Skipped("there is none"), Group.ADDRESSES)
UNKNOWN = made(
    "dns-service-ip", Undecided("rt could not be seen", (GAP,)), Group.ADDRESSES, Severity.HIGH
)
DOUBTFUL = made("pools-share-vnet", Undecided("pool np is stopped"), Group.ADDRESSES)
EVERY = (FAILING, PARTLY, PASSING, SKIPPED, UNKNOWN, DOUBTFUL)


def checked(
    *checks: Check,
    config: Config | None = None,
    as_of: date | None = None,
    baseline: Baseline | None = None,
) -> CheckReport:
    """Return what the checks come to on a bundled cluster."""
    return check(
        bundled("kubenet-vmss"), config=config, as_of=as_of, checks=checks, baseline=baseline
    )
