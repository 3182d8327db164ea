"""What a report says, in which order and words, whatever the format."""

from collections.abc import Iterator
from typing import Final

from inspector.assessment import Assessment
from inspector.check_report import CheckReport
from inspector.renderers.blocks import Block, Facts, Heading, facts
from inspector.renderers.layout.api_server import lay_out_api_server
from inspector.renderers.layout.balancing import lay_out_load_balancing
from inspector.renderers.layout.egress import lay_out_ways_out
from inspector.renderers.layout.interfaces import lay_out_node_interfaces
from inspector.renderers.layout.models import lay_out_network_models
from inspector.renderers.layout.networks import (
    lay_out_route_tables,
    lay_out_security_groups,
    lay_out_virtual_networks,
)
from inspector.renderers.layout.outcomes import lay_out_assessment, lay_out_gaps
from inspector.renderers.layout.overview import (
    lay_out_infrastructure,
    lay_out_profile,
    lay_out_summary,
)
from inspector.renderers.layout.pages import lay_out_page, lay_out_pages
from inspector.renderers.layout.public_ips import lay_out_public_ips
from inspector.renderers.layout.ways import lay_out_ways_in
from inspector.report import Report

MOST_ROWS: Final = 40
"""Rows of a table before it is cut, unless everything is asked for."""


def lay_out(report: Report, *, show_all: bool) -> Iterator[Block]:
    """Yield the whole report; ``show_all`` neither folds addresses nor cuts tables."""
    most = None if show_all else MOST_ROWS
    yield Heading(1, f"AKS network report: {report.summary.cluster}")
    yield _origin(report, report.checks)
    yield from lay_out_summary(report.summary, most)
    yield from lay_out_profile(report.networking_profile, most)
    yield from lay_out_network_models(report.network_model, most)
    yield from lay_out_api_server(report.api_server, most)
    yield from lay_out_infrastructure(report.infrastructure, most)
    yield from lay_out_load_balancing(report.load_balancing, most)
    yield from lay_out_public_ips(report.public_ips, most)
    yield from lay_out_virtual_networks(report.virtual_networks, most)
    yield from lay_out_node_interfaces(report.node_interfaces, most)
    yield from lay_out_route_tables(report.route_tables, most)
    yield from lay_out_security_groups(report.security_groups, most)
    yield from lay_out_ways_in(report.ways_in, most)
    yield from lay_out_ways_out(report.ways_out, most)
    yield from lay_out_assessment(report.checks, most)
    yield from lay_out_gaps(report.gaps, most)


def lay_out_check(
    report: CheckReport, *, show_all: bool, with_pages: bool = False
) -> Iterator[Block]:
    """Yield what the checks came to, and what could not be seen.

    ``with_pages`` puts the page of each check that failed below its findings.
    """
    most = None if show_all else MOST_ROWS
    yield Heading(1, f"AKS network checks: {report.cluster.name}")
    yield _origin(report, report.assessment)
    yield from lay_out_assessment(report.assessment, most, with_pages=with_pages)
    if report.gaps:
        yield from lay_out_gaps(report.gaps, most)


def _origin(report: Report | CheckReport, checks: Assessment) -> Facts:
    """Return where it all comes from; the day and the settings only if a user gave them."""
    collected = f"{report.captured_at:%Y-%m-%d %H:%M:%S %Z}, aks-inspector {report.tool_version}"
    is_own_day = checks.as_of == report.captured_at.date()
    return facts(
        ("Cluster id", report.cluster),
        ("Collected", collected),
        *(() if is_own_day else (("As of", checks.as_of),)),
        *((("Settings", checks.config),) if checks.config is not None else ()),
    )


__all__ = ["MOST_ROWS", "lay_out", "lay_out_check", "lay_out_page", "lay_out_pages"]
