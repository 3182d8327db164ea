"""Access to the API server."""

from collections.abc import Iterator
from typing import Any, Final

from inspector.cluster.api_server import AZURE_RESOLVER
from inspector.network.authorized_ranges import OWN_OUTBOUND_ONLY
from inspector.renderers.blocks import (
    Block,
    Heading,
    Paragraph,
    Text,
    Tone,
    facts,
    join,
    row,
    show,
    table,
)
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report import Unknown
from inspector.report.api_server import APIServer, EndpointView, IntegrationView
from inspector.report.api_server_zone import LinkView, NodeNetwork, ZoneView
from inspector.wording import count

_ENDPOINT_COLUMNS: Final = ("Private endpoint", "State", "NIC", "IP address", "Subnet", "Network")
_LINK_COLUMNS: Final = ("Link", "Network", "State")
_NETWORK_COLUMNS: Final = ("Network of the nodes", "Linked to the zone", "DNS servers")
_SETTINGS: Final = {
    "system": "made by AKS",
    "own": "brought by the user",
    "none": "none: AKS makes no private name",
}
_NO_OUTBOUND: Final = {"none", "block"}


def lay_out_api_server(api: APIServer, most: int | None) -> Iterator[Block]:
    """Yield how the API server is reached, only what applies to the cluster."""
    yield Heading(2, "API server access")
    rows: list[tuple[str, Any]] = [("Access", _access(api))]
    rows += [("Public FQDN" if api.is_private else "FQDN", api.fqdn)]
    if api.is_private or api.private_fqdn is not None:
        rows.append(("Private FQDN", api.private_fqdn))
    yield facts(*rows)
    if api.is_private and api.fqdn is not None:
        yield Paragraph(Text("The public FQDN is a public name for the private address."))
    if api.authorized_ranges:
        yield from _ranges(api, most)
    if api.endpoints is not None:
        yield from _endpoints(api.endpoints, most)
    if api.zone is not None:
        yield from _zone(api.zone, api.networks, most)
    if api.integration is not None:
        yield from _integration(api.integration)
    yield from lay_out_missing(api.missing)


def _access(api: APIServer) -> str:
    if api.is_private:
        way = "inside the virtual network" if api.integration else "through a private endpoint"
        return f"private, {way}"
    ranges = len(api.authorized_ranges)
    source = f"from {count(ranges, 'authorised range')}" if ranges else "from anywhere"
    if any(each.endswith("/0") for each in api.authorized_ranges):
        source = "from anywhere: an authorised range is everything"
    elif set(api.authorized_ranges) == {OWN_OUTBOUND_ONLY}:
        source = "from the cluster's own outbound load balancer alone"
    inside = "; the nodes reach it inside the virtual network" if api.integration else ""
    return f"public, {source}{inside}"


def _ranges(api: APIServer, most: int | None) -> Iterator[Block]:
    yield Heading(3, "Authorised IP ranges")
    yield table(("Range", "Meaning"), api.authorized_ranges, _range, most=most)
    outbound = api.outbound_type or "loadBalancer"
    if api.is_private:
        words = "The ranges apply to a public address alone: this API server is private."
        yield Paragraph(Text(words, Tone.WARNING))
    elif outbound.lower() == "loadbalancer":
        words = "AKS admits the cluster's own outbound load balancer besides, without listing it"
        addresses = join(map(show, api.admitted_addresses)).text
        yield Paragraph(Text(f"{words}: {addresses}" if addresses else f"{words}."))
    elif outbound.lower() not in _NO_OUTBOUND and api.integration is None:
        words = "the addresses the nodes leave with must be in the list to reach a public address"
        yield Paragraph(Text(f"Outbound type {outbound}: {words}.", Tone.WARNING))


def _range(value: str) -> tuple[Text, ...]:
    is_special = value == OWN_OUTBOUND_ONLY
    meaning = "nothing but the cluster's own outbound load balancer" if is_special else None
    return row(value, meaning)


def _endpoints(endpoints: tuple[EndpointView, ...] | Unknown, most: int | None) -> Iterator[Block]:
    yield Heading(3, "Private endpoint of the API server")
    if isinstance(endpoints, Unknown):
        yield Paragraph(Text("unknown", Tone.WARNING))
    elif not endpoints:
        words = "none: no private endpoint of the infrastructure group leads to the API server"
        yield Paragraph(Text(words, Tone.WARNING))
    else:
        yield table(_ENDPOINT_COLUMNS, endpoints, _endpoint, most=most)


def _endpoint(endpoint: EndpointView) -> tuple[Text, ...]:
    is_approved = (endpoint.state or "").lower() == "approved"
    state = Text(endpoint.state or "not given", Tone.PLAIN if is_approved else Tone.WARNING)
    return row(
        endpoint.name,
        state,
        endpoint.interfaces,
        endpoint.addresses,
        endpoint.subnet,
        endpoint.network,
    )


def _zone(zone: ZoneView, networks: tuple[NodeNetwork, ...], most: int | None) -> Iterator[Block]:
    yield Heading(3, "Private DNS zone of the API server")
    rows: list[tuple[str, Any]] = [("Zone", _SETTINGS.get(zone.setting, zone.setting))]
    if zone.exists is not None:
        rows += [("Name", zone.zone), ("Resource group", zone.resource_group)]
        rows.append(("Exists", _claim(zone.exists)))
    yield facts(*rows)
    if isinstance(zone.links, tuple) and zone.exists is True:
        yield table(_LINK_COLUMNS, zone.links, _link, most=most)
    if networks:
        yield table(_NETWORK_COLUMNS, networks, _network, most=most)
    for network in networks:
        if network.must_forward is True:
            yield Paragraph(Text(_forwarding(network, zone), Tone.WARNING))


def _forwarding(network: NodeNetwork, zone: ZoneView) -> str:
    servers, name = show(network.dns_servers).text, zone.zone or "the private zone"
    return (
        f"The nodes of {network.name} ask {servers}: these must forward {name} to Azure's own "
        f"resolver {AZURE_RESOLVER}, from a network that is linked to the zone. "
        "Whether they do is not visible in ARM."
    )


def _claim(value: bool | Unknown | None) -> Text:
    """Return yes, no or unknown; only yes is plain."""
    text = show(value)
    return Text(text.text, Tone.WARNING) if value is False else text


def _link(link: LinkView) -> tuple[Text, ...]:
    return row(link.name, link.network, link.state)


def _network(network: NodeNetwork) -> tuple[Text, ...]:
    servers = network.dns_servers or "Azure's own"
    return row(network.name, _claim(network.is_linked), servers)


def _integration(integration: IntegrationView) -> Iterator[Block]:
    yield Heading(3, "API server VNet integration")
    yield facts(
        ("Subnet", integration.subnet),
        ("Network", integration.network),
        ("Delegated to", integration.delegations),
        ("Load balancer", integration.load_balancer),
        ("IP address", integration.addresses),
    )
