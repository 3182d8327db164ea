"""Every public address and prefix: whose it is, why, and what hides it."""

from typing import Any

import msgspec
import pytest

from fixtures import documents as arm
from inspector.cluster.ownership import OwnerKind
from inspector.renderers.blocks import Block, Table
from inspector.renderers.layout.public_ips import lay_out_public_ips
from inspector.renderers.markdown import render_markdown
from inspector.renderers.terminal import render_terminal
from inspector.report.answer import Unknown, unknown_of
from inspector.report.public_ips import (
    PublicIPPrefixView,
    PublicIPs,
    PublicIPView,
    build_public_ips,
)
from inspector.resource_id import ResourceId
from inspector.resources import SCALE_SET_PUBLIC_IP_TYPE
from inspector.snapshot import Snapshot
from inspector.topology import Topology
from tests.odd_clusters import (
    INTERFACES,
    LOAD_BALANCERS,
    MACHINES,
    PUBLIC_IPS,
    SCALE_SET_INTERFACES,
    SCALE_SETS,
    Draft,
    Refusal,
    bundled,
    gap_of,
    refusal_of_list,
    refused,
)

VMSS = "kubenet-vmss"
WHERE = "westeurope"
PREFIXES = "Microsoft.Network/publicIPPrefixes"
NAT_GATEWAYS = "Microsoft.Network/natGateways"
HUB = arm.group_id("rg-hub")
NODE = "aks-nodepool1-18264093-vmss00000"


def built(source: Draft | Snapshot) -> PublicIPs:
    return build_public_ips(Topology(source.snapshot() if isinstance(source, Draft) else source))


def address(source: Draft | Snapshot, name: str) -> PublicIPView:
    (found,) = [each for each in built(source).addresses if each.name == name]
    return found


def prefix(source: Draft | Snapshot, name: str) -> PublicIPPrefixView:
    (found,) = [each for each in built(source).prefixes if each.name == name]
    return found


def add_address(draft: Draft, name: str, *, group: str = "", **fields: Any) -> arm.Document:
    """Add an address whose document names what it is attached to."""
    attached = {
        key: arm.reference(fields.pop(key))
        for key in ("ipConfiguration", "natGateway")
        if key in fields
    }
    document = arm.public_ip(
        group or draft.group,
        name,
        fields.pop("address", "198.51.100.200"),
        location=WHERE,
        **fields,
    )
    document["properties"].update(attached)
    draft.add(document)
    return document


def balancer(draft: Draft) -> Any:
    return draft.one(LOAD_BALANCERS)["properties"]


def give_nodes_addresses(draft: Draft, *, with_documents: bool = True) -> list[str]:
    """Give each node a public address of its own; return the addresses' ids."""
    ids = []
    for place, interface in enumerate(draft.all(SCALE_SET_INTERFACES)):
        (configuration,) = interface["properties"]["ipConfigurations"]
        target = arm.scale_set_public_ip(configuration["id"], f"203.0.113.{100 + place}")
        configuration["properties"]["publicIPAddress"] = arm.reference(target["id"])
        ids.append(target["id"])
        if with_documents:
            draft.add(target)
    return ids


def of_table(blocks: list[Block]) -> list[list[str]]:
    """Return the texts of the first table."""
    table = next(each for each in blocks if isinstance(each, Table))
    return [[cell.text for cell in row] for row in table.rows]


def test_every_address_of_a_bundled_cluster_by_address_with_owner_and_reason() -> None:
    found = built(bundled(VMSS))
    assert [(str(each.address), each.owner.words) for each in found.addresses] == [
        ("198.51.100.12", "cluster's way out"),
        ("198.51.100.43", "shop/web"),
        ("198.51.100.97", "ingress-nginx/ingress-nginx-controller"),
    ]
    assert [each.owner.because for each in found.addresses] == [
        "only outbound rules use the frontend",
        "tag of the public IP address",
        "tag of the public IP address",
    ]
    assert {each.sku for each in found.addresses} == {"Standard"}
    assert {each.resource_group for each in found.addresses} == {None}
    assert not any(each.is_absent for each in found.addresses)
    assert (found.prefixes, found.missing) == ((), ())


def test_addresses_come_by_number_and_those_without_one_last() -> None:
    draft = Draft(VMSS)
    add_address(draft, "a-none", address=None)
    add_address(draft, "b-ipv6", address="2001:db8::1")
    add_address(draft, "z-first", address="198.51.100.9")
    names = [each.name for each in built(draft).addresses]
    assert (names[0], names[-2:]) == ("z-first", ["b-ipv6", "a-none"])


def test_an_address_that_is_not_allocated_is_neither_unknown_nor_absent() -> None:
    draft = Draft(VMSS)
    add_address(draft, "new", address=None)
    found = address(draft, "new")
    assert (found.address, found.unseen, found.is_absent) == (None, None, False)


def test_nodes_addresses_have_their_node_and_pool() -> None:
    draft = Draft(VMSS)
    give_nodes_addresses(draft)
    found = built(draft)
    own = [each for each in found.addresses if each.node is not None]
    assert [(str(each.address), each.node, each.pool) for each in own] == [
        (f"203.0.113.{100 + place}", f"{NODE}{place}", "nodepool1") for place in range(3)
    ]
    assert {each.owner.kind for each in own} == {OwnerKind.NODE}
    assert own[1].owner.because == (
        f"network interface aks-nodepool1-18264093-vmss of node {NODE}1"
    )
    assert {each.node for each in found.addresses if each not in own} == {None}
    assert found.missing == ()


def test_a_nodes_address_that_was_refused_is_unknown_and_still_the_nodes() -> None:
    draft = Draft(VMSS)
    give_nodes_addresses(draft)
    snapshot = draft.snapshot()
    refusal = refusal_of_list(snapshot, SCALE_SET_PUBLIC_IP_TYPE)
    found = built(refused(snapshot, [refusal]))
    own = [each for each in found.addresses if each.node is not None]
    assert [each.node for each in own] == [f"{NODE}{place}" for place in range(3)]
    for each in own:
        assert each.unseen == each.sku == unknown_of(gap_of(refusal))
        assert (each.address, each.is_absent) == (None, False)
    assert found.missing == (unknown_of(gap_of(refusal)),)


def test_a_nodes_address_is_the_nodes_though_its_interface_was_refused() -> None:
    draft = Draft(VMSS)
    give_nodes_addresses(draft)
    snapshot = draft.snapshot()
    cut = refused(snapshot, [refusal_of_list(snapshot, SCALE_SET_INTERFACES)])
    own = [each for each in built(cut).addresses if each.node is not None]
    assert [each.node for each in own] == [f"{NODE}{place}" for place in range(3)]
    assert {each.owner.kind for each in own} == {OwnerKind.NODE}


def test_an_instances_address_without_interface_and_machine_is_unknown() -> None:
    draft = Draft(VMSS)
    give_nodes_addresses(draft)
    snapshot = draft.snapshot()
    lists = [refusal_of_list(snapshot, kind) for kind in (SCALE_SET_INTERFACES, MACHINES)]
    found = built(refused(snapshot, lists)).addresses
    hidden = [each for each in found if each.id.type.lower() == SCALE_SET_PUBLIC_IP_TYPE.lower()]
    assert [each.owner.kind for each in hidden] == [OwnerKind.UNKNOWN] * 3
    assert {each.node for each in hidden} == {None}


def test_an_address_that_is_referred_to_and_does_not_exist_says_so() -> None:
    draft = Draft(VMSS)
    give_nodes_addresses(draft, with_documents=False)
    found = [each for each in built(draft).addresses if each.node is not None]
    assert [(each.is_absent, each.address, each.unseen, each.sku) for each in found] == [
        (True, None, None, None)
    ] * 3
    rows = of_table(list(lay_out_public_ips(built(draft), 40)))
    assert [row[0] for row in rows[-3:]] == ["does not exist"] * 3


def test_an_address_attached_to_nothing_is_nobodys_and_its_tags_are_quoted() -> None:
    draft = Draft(VMSS)
    add_address(draft, "gone", tags={"k8s-azure-service": "shop/gone"})
    found = address(draft, "gone")
    assert found.owner.kind is OwnerKind.NOBODY
    assert found.owner.because == "attached to nothing; its tags still name shop/gone"


GATEWAY = f"{HUB}/providers/Microsoft.Network"


@pytest.mark.parametrize(
    ("target", "kind", "words"),
    [
        (
            f"{GATEWAY}/applicationGateways/agw/frontendIPConfigurations/public",
            OwnerKind.APPLICATION_GATEWAY,
            "application gateway agw",
        ),
        (
            f"{GATEWAY}/bastionHosts/jump/bastionHostIpConfigurations/c",
            OwnerKind.OTHER_RESOURCE,
            "Bastion jump",
        ),
        (
            f"{GATEWAY}/azureFirewalls/fw/azureFirewallIpConfigurations/c",
            OwnerKind.OTHER_RESOURCE,
            "Azure Firewall fw",
        ),
        (
            f"{GATEWAY}/virtualNetworkGateways/vpn/ipConfigurations/c",
            OwnerKind.OTHER_RESOURCE,
            "virtual network gateway vpn",
        ),
        (
            f"{GATEWAY}/loadBalancers/lb-hub/frontendIPConfigurations/f",
            OwnerKind.OTHER_RESOURCE,
            "load balancer lb-hub",
        ),
        (
            f"{GATEWAY}/networkInterfaces/nic-jump/ipConfigurations/c",
            OwnerKind.OTHER_RESOURCE,
            "network interface nic-jump",
        ),
        (
            f"{HUB}/providers/Contoso.Net/things/thing/parts/p",
            OwnerKind.OTHER_RESOURCE,
            "things thing",
        ),
    ],
)
@pytest.mark.parametrize("is_raised", [True, False])
def test_what_an_address_is_attached_to_is_named(
    target: str, kind: OwnerKind, words: str, is_raised: bool
) -> None:
    draft = Draft(VMSS)
    add_address(draft, "x", ipConfiguration=arm.names_raised(target) if is_raised else target)
    owner = address(draft, "x").owner
    assert owner.kind is kind
    assert owner.words.lower() == words.lower()
    assert owner.because.lower().startswith("attached to ")


def test_a_service_tag_is_not_believed_on_an_application_gateways_address() -> None:
    draft = Draft(VMSS)
    target = f"{GATEWAY}/applicationGateways/agw/frontendIPConfigurations/public"
    add_address(draft, "x", ipConfiguration=target, tags={"k8s-azure-service": "shop/web"})
    assert address(draft, "x").owner.kind is OwnerKind.APPLICATION_GATEWAY


def test_a_nat_gateway_that_was_not_read_is_named_by_the_address_itself() -> None:
    draft = Draft(VMSS)
    add_address(draft, "x", natGateway=arm.resource_id(HUB, NAT_GATEWAYS, "nat-hub"))
    owner = address(draft, "x").owner
    assert (owner.kind, owner.because) == (OwnerKind.NAT_GATEWAY, "NAT gateway nat-hub")


def test_an_interface_of_the_group_that_was_refused_leaves_its_address_unknown() -> None:
    draft = Draft("seed-kubenet")
    interface = draft.one(INTERFACES)
    configuration = draft.configurations(INTERFACES)[0]
    document = add_address(draft, "node-ip", ipConfiguration=configuration["id"])
    configuration["properties"]["publicIPAddress"] = arm.reference(document["id"])
    assert address(draft, "node-ip").owner.kind is OwnerKind.NODE
    cut = refused(draft.snapshot(), [Refusal(ResourceId(interface["id"]))])
    owner = address(cut, "node-ip").owner
    assert (owner.kind, owner.because) == (
        OwnerKind.UNKNOWN,
        "network interface aks-nodepool1-19374625-nic-0 could not be seen",
    )


def own_outbound(draft: Draft, *, is_read: bool = True) -> str:
    """Let the cluster leave by an address of the user's, in another group; return its name."""
    document = arm.public_ip(HUB, "ip-out", "203.0.113.77", location=WHERE)
    profile = draft.network_profile["loadBalancerProfile"]
    profile["effectiveOutboundIPs"] = [arm.reference(document["id"])]
    if is_read:
        draft.add(document)
    return "ip-out"


def test_an_address_in_another_group_names_the_group_and_the_cluster_that_names_it() -> None:
    draft = Draft(VMSS)
    found = address(draft, own_outbound(draft))
    assert (str(found.address), found.resource_group) == ("203.0.113.77", "rg-hub")
    # Its document says that it is attached to nothing, but the cluster names it.
    assert found.owner.kind is OwnerKind.OUTBOUND
    assert found.owner.because == "the cluster's profile names it"


def test_an_address_in_another_group_that_was_refused_is_unknown() -> None:
    draft = Draft(VMSS)
    name = own_outbound(draft)
    refusal = Refusal(ResourceId(arm.resource_id(HUB, PUBLIC_IPS, name)))
    found = address(refused(draft.snapshot(), [refusal]), name)
    assert found.unseen == unknown_of(gap_of(refusal))
    assert found.owner.kind is OwnerKind.OUTBOUND


def test_an_address_in_another_group_that_is_gone_is_absent() -> None:
    draft = Draft(VMSS)
    found = address(draft, own_outbound(draft, is_read=False))
    assert (found.is_absent, found.unseen) == (True, None)


def add_prefix(draft: Draft, name: str = "pre", group: str = "") -> str:
    document = arm.public_ip_prefix(group or draft.group, name, "203.0.113.64/28", location=WHERE)
    draft.add(document)
    return str(document["id"])


def test_a_prefix_belongs_to_the_frontend_that_takes_from_it() -> None:
    draft = Draft(VMSS)
    target = add_prefix(draft)
    frontend = balancer(draft)["frontendIPConfigurations"][0]["properties"]
    del frontend["publicIPAddress"]
    frontend["publicIPPrefix"] = arm.reference(target)
    found = prefix(draft, "pre")
    assert (found.prefix, found.addresses, found.resource_group) == ("203.0.113.64/28", 0, None)
    assert found.owner.kind is OwnerKind.OUTBOUND
    assert found.owner.because == "only outbound rules use the frontend"


def test_a_prefix_belongs_to_the_nat_gateway_that_takes_from_it() -> None:
    draft = Draft(VMSS)
    target = add_prefix(draft)
    draft.add(arm.nat_gateway(draft.group, "nat", location=WHERE, public_ip_prefixes=[target]))
    owner = prefix(draft, "pre").owner
    assert (owner.kind, owner.because) == (OwnerKind.NAT_GATEWAY, "NAT gateway nat")


def test_a_prefix_of_a_pool_is_its_nodes_and_counts_the_addresses_taken() -> None:
    draft = Draft(VMSS)
    target = add_prefix(draft, group=HUB)
    draft.cluster["properties"]["agentPoolProfiles"][0]["nodePublicIPPrefixID"] = target
    give_nodes_addresses(draft)
    for document in draft.all(SCALE_SET_PUBLIC_IP_TYPE):
        document["properties"]["publicIPPrefix"] = arm.reference(target)
    found = prefix(draft, "pre")
    assert found.owner.kind is OwnerKind.NODE
    assert found.owner.because == "the pool names it"
    assert found.owner.words == "nodes of pool nodepool1"
    assert (found.addresses, found.resource_group) == (3, "rg-hub")


def test_a_prefix_the_cluster_alone_names_is_its_way_out() -> None:
    draft = Draft(VMSS)
    target = add_prefix(draft, group=HUB)
    profile = draft.network_profile["loadBalancerProfile"]
    profile["outboundIPPrefixes"] = {"publicIPPrefixes": [arm.reference(target)]}
    assert prefix(draft, "pre").owner.kind is OwnerKind.OUTBOUND


def test_a_prefix_is_its_addresses_where_nothing_else_takes_from_it() -> None:
    draft = Draft(VMSS)
    target = add_prefix(draft)
    add_address(draft, "one", prefix=target)
    found = prefix(draft, "pre")
    assert (found.owner.kind, found.addresses) == (OwnerKind.ADDRESSES, 1)


def test_a_prefix_that_nothing_read_takes_from_is_not_said_to_be_nobodys() -> None:
    draft = Draft(VMSS)
    add_prefix(draft)
    owner = prefix(draft, "pre").owner
    assert (owner.kind, owner.because) == (
        OwnerKind.UNRECOGNISED,
        "nothing that was read takes from it",
    )


def test_a_prefix_that_was_refused_is_unknown() -> None:
    draft = Draft(VMSS)
    target = add_prefix(draft)
    draft.add(arm.nat_gateway(draft.group, "nat", location=WHERE, public_ip_prefixes=[target]))
    snapshot = draft.snapshot()
    refusal = refusal_of_list(snapshot, PREFIXES)
    found = prefix(refused(snapshot, [refusal]), "pre")
    assert found.prefix == unknown_of(gap_of(refusal))
    assert found.owner.kind is OwnerKind.NAT_GATEWAY


@pytest.mark.parametrize(
    "kind",
    [
        PUBLIC_IPS,
        PREFIXES,
        LOAD_BALANCERS,
        NAT_GATEWAYS,
        INTERFACES,
        SCALE_SETS,
        SCALE_SET_INTERFACES,
    ],
)
@pytest.mark.parametrize("with_documents", [True, False])
def test_a_list_that_may_hide_an_address_is_named(kind: str, with_documents: bool) -> None:
    snapshot = bundled(VMSS)
    refusal = refusal_of_list(snapshot, kind, with_documents=with_documents)
    assert unknown_of(gap_of(refusal)) in built(refused(snapshot, [refusal])).missing


def test_hidden_load_balancers_make_no_address_nobodys() -> None:
    snapshot = bundled(VMSS)
    for with_documents in (True, False):
        refusal = refusal_of_list(snapshot, LOAD_BALANCERS, with_documents=with_documents)
        kinds = {each.owner.kind for each in built(refused(snapshot, [refusal])).addresses}
        assert kinds == {OwnerKind.OUTBOUND, OwnerKind.SERVICE}


def test_nothing_that_is_hidden_is_said_to_be_absent_or_nobodys() -> None:
    draft = Draft(VMSS)
    give_nodes_addresses(draft)
    add_prefix(draft)
    own_outbound(draft)
    snapshot = draft.snapshot()
    lists = [
        Refusal(each.scope, each.type, with_documents=takes)
        for each in snapshot.listings
        for takes in (True, False)
    ]
    documents = [Refusal(each) for each in snapshot.documents if each != snapshot.cluster]
    before = {each.id: each for each in built(snapshot).addresses}
    for refusal in (*documents, *lists):
        for each in built(refused(snapshot, [refusal])).addresses:
            was = before[each.id]
            assert not each.is_absent
            assert each.owner.kind is not OwnerKind.NOBODY or was.owner.kind is OwnerKind.NOBODY
            assert each.address == was.address or each.unseen is not None


def many_addresses(count: int) -> PublicIPs:
    """Return a cluster's own addresses and ``count`` of nodes, the first 30 in one pool."""
    draft = Draft(VMSS)
    give_nodes_addresses(draft)
    found = built(draft).addresses
    own = [each for each in found if each.node is None]
    node = next(each for each in found if each.node is not None)
    assert node.address is not None
    nodes = [
        msgspec.structs.replace(
            node,
            address=node.address + place,
            node=f"node{place}",
            pool="np1" if place < 30 else "np2",
        )
        for place in range(count)
    ]
    return PublicIPs(addresses=(*own, *nodes), prefixes=(), missing=())


def test_many_addresses_of_nodes_are_folded_by_pool_and_the_others_are_not() -> None:
    public_ips = many_addresses(50)
    (table,) = [each for each in lay_out_public_ips(public_ips, 40) if isinstance(each, Table)]
    rows = [[cell.text for cell in row] for row in table.rows]
    assert [row[0] for row in rows] == [
        "198.51.100.12",
        "198.51.100.43",
        "198.51.100.97",
        "203.0.113.100-129, 30 addresses",
        "203.0.113.130-149, 20 addresses",
    ]
    assert [(row[1], row[3]) for row in rows[3:]] == [
        ("30 nodes", "nodes of pool np1"),
        ("20 nodes", "nodes of pool np2"),
    ]
    assert table.note == "50 addresses of nodes are folded: --all shows each"


@pytest.mark.parametrize(("count", "most"), [(50, None), (37, 40)])
def test_few_addresses_and_all_of_them_are_listed_one_by_one(count: int, most: int | None) -> None:
    rows = of_table(list(lay_out_public_ips(many_addresses(count), most)))
    assert len(rows) == count + 3
    assert rows[-1][0] == f"203.0.113.{100 + count - 1}"


def test_folded_addresses_that_are_unknown_are_counted_as_such() -> None:
    draft = Draft(VMSS)
    give_nodes_addresses(draft)
    snapshot = draft.snapshot()
    cut = refused(snapshot, [refusal_of_list(snapshot, SCALE_SET_PUBLIC_IP_TYPE)])
    rows = of_table(list(lay_out_public_ips(built(cut), 4)))
    assert [row[0] for row in rows[-1:]] == ["3 unknown"]
    assert isinstance(built(cut).addresses[-1].unseen, Unknown)


def test_a_cluster_without_public_addresses_says_so_and_one_nobody_saw_does_not() -> None:
    nothing = PublicIPs(addresses=(), prefixes=(), missing=())
    assert "none: no resource" in render_markdown(lay_out_public_ips(nothing, 40))
    refusal = refusal_of_list(bundled(VMSS), PUBLIC_IPS)
    hidden = PublicIPs(addresses=(), prefixes=(), missing=(unknown_of(gap_of(refusal)),))
    text = render_markdown(lay_out_public_ips(hidden, 40))
    assert "none" not in text
    assert "Not visible here" in text


def test_names_and_tags_cannot_act() -> None:
    draft = Draft(VMSS)
    evil = "a|b\x1b[31m\u202e<b>`x`"
    add_address(draft, "orphan", tags={"k8s-azure-service": f"ns/{evil}"})
    draft.add(arm.public_ip_prefix(draft.group, "p\x9b31m", "203.0.113.64/28", location=WHERE))
    blocks = list(lay_out_public_ips(built(draft), 40))
    for text in (
        render_markdown(blocks),
        render_terminal(blocks, width=200, color=False),
    ):
        assert not {"\x1b", "\x9b", "\u202e"} & set(text)
        assert "<b>" not in render_markdown(blocks)
        assert "attached to nothing" in text
