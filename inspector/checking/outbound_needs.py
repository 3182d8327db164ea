"""What nodes and pods of AKS need from outside, as a security group is asked about it."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final, NamedTuple

import msgspec

from inspector.checking.subject import Subject
from inspector.checking.verdict import Verdict
from inspector.cluster.protection import Protection
from inspector.findings import Severity
from inspector.network.kubernetes_versions import minor_version
from inspector.network.security_rules.traffic import Direction, Flow, Protocol
from inspector.network.service_rules import sides
from inspector.resources import NetworkSecurityGroup, same_text
from inspector.wording import names

DNS_PORT: Final = 53
HTTPS_PORT: Final = 443
_INTERNET: Final = ("Internet",)
_PLATFORM_DNS: Final = "AzurePlatformDNS"
_PLATFORM_ADDRESS: Final = "168.63.129.16"
_FIRST_WITH_KONNECTIVITY: Final = 20
_FIRST_WITHOUT_NTP: Final = 21


class Need(NamedTuple):
    """Traffic that has to get out; ``is_exact`` where every address of the destination counts."""

    name: str
    protocol: Protocol
    port: int
    destination: tuple[str, ...]
    severity: Severity
    is_exact: bool = False

    def flow(self, protection: Protection, destination: tuple[str, ...]) -> Flow:
        """Return the traffic as a security group is asked about it, of the whole area."""
        return Flow(
            direction=Direction.OUTBOUND,
            source=protection.area,
            destination=destination,
            protocol=self.protocol,
            ports=((self.port, self.port),),
        )

    @property
    def words(self) -> str:
        """The need with protocol and port."""
        return f"{self.name} ({self.protocol} {self.port})"


_HTTPS: Final = Need("HTTPS to the internet", Protocol.TCP, HTTPS_PORT, _INTERNET, Severity.HIGH)
_TIME: Final = Need("NTP", Protocol.UDP, 123, _INTERNET, Severity.INFO)
_TUNNEL: Final = (
    Need("the tunnel", Protocol.UDP, 1194, _INTERNET, Severity.LOW),
    Need("the tunnel", Protocol.TCP, 9000, _INTERNET, Severity.LOW),
)


def cloud_tag(subject: Subject) -> str:
    """Return the service tag of Azure's own addresses in the cluster's region."""
    region = (subject.cluster.location or "").replace(" ", "")
    return f"AzureCloud.{region}" if region else "AzureCloud"


def has_private_api_server(subject: Subject) -> bool:
    """Whether nodes and pods reach the API server inside of the network."""
    access = subject.cluster.properties.api_server_access_profile
    return access.enable_private_cluster is True or access.enable_vnet_integration is True


def https_need(subject: Subject, protection: Protection) -> Need:
    """Return HTTPS as nodes or pods need it: images are pulled by nodes alone.

    So a group that keeps pods of their own subnet in is a choice where the API server is private.
    """
    is_choice = not protection.nodes and has_private_api_server(subject)
    return _HTTPS._replace(severity=Severity.INFO) if is_choice else _HTTPS


def needs_of_nodes(subject: Subject, protection: Protection) -> Iterator[Need]:
    """Yield what nodes alone need: the time, and the tunnel that Konnectivity replaced."""
    if not protection.nodes:
        return
    properties = subject.cluster.properties
    minor = minor_version(properties.current_kubernetes_version, properties.kubernetes_version)
    has_old_images = minor is not None and minor < _FIRST_WITHOUT_NTP
    yield _TIME._replace(severity=Severity.LOW) if has_old_images else _TIME
    is_old = minor is not None and minor < _FIRST_WITH_KONNECTIVITY
    if is_old and not has_private_api_server(subject):
        yield from _TUNNEL


def dns_needs(verdict: Verdict, protection: Protection) -> Iterator[Need]:
    """Yield the DNS servers of a network to be asked: Azure's own unless it has others."""
    network = protection.network
    servers = network.properties.dhcp_options.dns_servers if network is not None else ()
    own: list[str] = []
    for each in servers:
        try:
            own.append(str(IPv4Address(each)))
        except ValueError:
            verdict.doubt(f"DNS server {each} is no IPv4 address")
    asked: list[tuple[tuple[str, ...], str]] = (
        [((_PLATFORM_DNS,), "Azure's DNS")] if not own or _PLATFORM_ADDRESS in own else []
    )
    others = tuple(each for each in own if each != _PLATFORM_ADDRESS)
    asked += [(others, f"DNS servers {names(others)}")] if others else []
    for destination, name in asked:
        yield Need(name, Protocol.UDP, DNS_PORT, destination, Severity.HIGH, is_exact=True)
        yield Need(name, Protocol.TCP, DNS_PORT, destination, Severity.MEDIUM, is_exact=True)


def asked_about(protection: Protection, need: Need) -> Protection:
    """Return the groups that a need meets: for Azure's DNS those rules alone that name its tag."""
    if need.destination != (_PLATFORM_DNS,):
        return protection
    return msgspec.structs.replace(
        protection,
        at_subnet=_naming_platform(protection.at_subnet),
        at_interface=_naming_platform(protection.at_interface),
    )


def _naming_platform(group: NetworkSecurityGroup | None) -> NetworkSecurityGroup | None:
    if group is None:
        return None
    named = tuple(
        rule
        for rule in group.properties.security_rules
        if any(same_text(each, _PLATFORM_DNS) for each in sides(rule)[1])
    )
    properties = msgspec.structs.replace(group.properties, security_rules=named)
    return msgspec.structs.replace(group, properties=properties)
