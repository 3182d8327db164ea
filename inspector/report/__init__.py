"""The report: everything a renderer shows, computed and sorted; it knows no format."""

from collections.abc import Iterable
from datetime import date, datetime

from inspector.assessment import Assessment, assess
from inspector.checking import Check
from inspector.config import Config
from inspector.report.answer import Unknown, View
from inspector.report.api_server import APIServer, build_api_server
from inspector.report.connected_devices import VirtualNetworks, build_virtual_networks
from inspector.report.infrastructure import Infrastructure, build_infrastructure
from inspector.report.load_balancing import LoadBalancing, build_load_balancing
from inspector.report.network_model import NetworkModels, build_network_models
from inspector.report.node_interfaces import NodeInterfaces, build_node_interfaces
from inspector.report.profile import NetworkingProfile, build_profile
from inspector.report.public_ips import PublicIPs, build_public_ips
from inspector.report.route_tables import RouteTables, build_route_tables
from inspector.report.security_groups import SecurityGroups, build_security_groups
from inspector.report.summary import Sections, Summary, build_summary
from inspector.report.way_in import WaysIn, build_ways_in
from inspector.report.ways_out import WaysOut, build_ways_out
from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, Snapshot
from inspector.topology import Topology

SCHEMA_VERSION = 2


class Report(View, frozen=True, kw_only=True):
    """One inspection, section by section."""

    schema_version: int = SCHEMA_VERSION
    tool_version: str
    captured_at: datetime
    cluster: ResourceId
    summary: Summary
    networking_profile: NetworkingProfile
    network_model: NetworkModels
    api_server: APIServer
    infrastructure: Infrastructure
    load_balancing: LoadBalancing
    public_ips: PublicIPs
    virtual_networks: VirtualNetworks
    node_interfaces: NodeInterfaces
    route_tables: RouteTables
    security_groups: SecurityGroups
    ways_in: WaysIn
    ways_out: WaysOut
    checks: Assessment
    gaps: tuple[Gap, ...]


def analyze(
    snapshot: Snapshot,
    *,
    config: Config | None = None,
    as_of: date | None = None,
    checks: Iterable[Check] | None = None,
) -> Report:
    """Return the report on a snapshot.

    Nothing is read from anywhere else, so the same snapshot gives the same report. ``as_of`` is
    the day that dates are judged by, the snapshot's own unless it is given; ``checks`` are those
    to run, all unless some are given. Raises ``UsageError`` if the settings name an unknown check,
    ``BadDocument`` if a document does not have ARM's shape.
    """
    topology = Topology(snapshot)
    profile = build_profile(topology)
    models = build_network_models(topology)
    interfaces = build_node_interfaces(topology)
    balancing = build_load_balancing(topology)
    ways_in = build_ways_in(topology, balancing)
    ways_out = build_ways_out(topology)
    assessment = assess(topology, config=config, as_of=as_of, checks=checks)
    return Report(
        tool_version=snapshot.tool_version,
        captured_at=snapshot.captured_at,
        cluster=snapshot.cluster,
        summary=build_summary(
            topology, Sections(profile, models, interfaces, ways_in, ways_out, assessment.counts)
        ),
        networking_profile=profile,
        network_model=models,
        api_server=build_api_server(topology),
        infrastructure=build_infrastructure(topology),
        load_balancing=balancing,
        public_ips=build_public_ips(topology),
        virtual_networks=build_virtual_networks(topology),
        node_interfaces=interfaces,
        route_tables=build_route_tables(topology),
        security_groups=build_security_groups(topology),
        ways_in=ways_in,
        ways_out=ways_out,
        checks=assessment,
        gaps=snapshot.gaps,
    )


__all__ = ["SCHEMA_VERSION", "Report", "Unknown", "analyze"]
