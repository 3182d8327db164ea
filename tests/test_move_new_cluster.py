"""The commands for a new cluster: what they carry over, what they say is missing, when none are."""

import shlex
from typing import Any

import pytest

from fixtures.scenarios import SCENARIOS
from inspector.planning.moves import Rehearsal, Step, Target, rehearse
from inspector.topology import Topology
from inspector.what_if import WhatIf, suppose
from tests.odd_clusters import NETWORKS, Draft, bundled, refusal_of, refused
from tests.test_moves import TODAY, of_bundled, rehearsed

MOVES = [
    (name, to)
    for name in SCENARIOS
    for to in Target
    if of_bundled(name, to).verdict.value == "no in-place way"
]
UNBUILT = {"isolated", "automatic", "byo-cni", "virtual-machines"}
"""Clusters that let nothing out, choose their own network, or have a CNI of their own."""


def words_of(found: Rehearsal, *begins: str) -> list[list[str]]:
    """Return the commands that begin so, split as a shell does."""
    every = (shlex.split(command) for step in found.steps for command in step.commands)
    return [each for each in every if each[: len(begins)] == [*begins]]


def created(found: Rehearsal) -> list[str]:
    (create,) = words_of(found, "az", "aks", "create")
    return create


def value(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def step_of(found: Rehearsal, title: str) -> Step:
    (step,) = (each for each in found.steps if each.title.startswith(title))
    return step


def cluster_of(name: str) -> Any:
    return Topology(bundled(name)).cluster


@pytest.mark.parametrize(("name", "to"), MOVES)
def test_a_cluster_is_built_by_commands_or_by_decisions(name: str, to: Target) -> None:
    found = of_bundled(name, to)
    creates = words_of(found, "az", "aks", "create")
    decides = [each for each in found.steps if each.title.startswith("Decide ")]
    assert (len(creates), len(decides)) == ((0, 1) if name in UNBUILT else (1, 0))


BUILT = [each for each in MOVES if each[0] not in UNBUILT]


@pytest.mark.parametrize(("name", "to"), BUILT)
def test_who_reaches_it_and_how_it_leaves_are_carried_over(name: str, to: Target) -> None:
    properties, create = cluster_of(name).properties, created(of_bundled(name, to))
    access = properties.api_server_access_profile
    assert ("--enable-private-cluster" in create) is bool(access.enable_private_cluster)
    if access.authorized_ip_ranges:
        told = value(create, "--api-server-authorized-ip-ranges")
        assert told == ",".join(access.authorized_ip_ranges)
    way = properties.network_profile.outbound_type or "loadBalancer"
    assert value(create, "--outbound-type") == way
    if properties.network_profile.network_dataplane == "cilium":
        assert value(create, "--network-dataplane") == "cilium"
    assert value(create, "--service-cidr") == properties.network_profile.all_service_cidrs[0]


@pytest.mark.parametrize(("name", "to"), BUILT)
def test_every_pool_is_made_with_its_size_and_its_pods(name: str, to: Target) -> None:
    found = of_bundled(name, to)
    create = created(found)
    made = {value(create, "--nodepool-name"): create}
    for each in words_of(found, "az", "aks", "nodepool", "add"):
        made[value(each, "--name")] = each
    pools = cluster_of(name).properties.agent_pool_profiles
    assert set(made) == {each.name for each in pools}
    for pool in pools:
        assert value(made[pool.name], "--max-pods") == str(pool.max_pods)
        assert value(made[pool.name], "--node-vm-size") == pool.vm_size
        assert value(made[pool.name], "--node-count") == str(pool.node_count)


@pytest.mark.parametrize(("name", "to"), BUILT)
def test_what_is_not_carried_over_is_said(name: str, to: Target) -> None:
    step = step_of(of_bundled(name, to), "Create a cluster")
    assert step.not_carried
    is_dual_stack = cluster_of(name).properties.network_profile.is_dual_stack
    assert any("IPv6" in each for each in step.not_carried) is is_dual_stack


def test_a_private_cluster_behind_a_firewall_stays_one() -> None:
    found = of_bundled("private-udr", Target.POD_SUBNET)
    create = created(found)
    assert value(create, "--private-dns-zone") == "system"
    assert value(create, "--outbound-type") == "userDefinedRouting"
    nodes, pods = words_of(found, "az", "network", "vnet", "subnet", "create")
    assert value(nodes, "--route-table") == value(pods, "--route-table")
    assert value(nodes, "--route-table").endswith("/rt-claims")
    meanings = {e.name: e.meaning for e in step_of(found, "Make two subnets").placeholders}
    assert meanings["NODE_PREFIX"].startswith("a /29 or larger")
    assert meanings["POD_PREFIX"].startswith("a /25 or larger")


def test_a_nat_gateway_is_on_the_new_subnet_before_the_cluster_is() -> None:
    found = of_bundled("cni-podsubnet", Target.OVERLAY)
    (subnet,) = words_of(found, "az", "network", "vnet", "subnet", "create")
    assert value(subnet, "--nat-gateway").endswith("/ng-analytics")
    assert value(created(found), "--network-policy") == "cilium"


def test_a_subnet_that_was_not_seen_leaves_its_guards_open() -> None:
    snapshot = bundled("cni-podsubnet")
    blind = refused(snapshot, [refusal_of(snapshot, NETWORKS)])
    found = rehearsed(blind, Target.OVERLAY)
    (subnet,) = words_of(found, "az", "network", "vnet", "subnet", "create")
    assert value(subnet, "--nat-gateway") == "NAT_GATEWAY_ID"
    lost = step_of(found, "Create a cluster").not_carried
    assert any("was not seen" in each for each in lost)


def test_the_pod_routes_of_kubenet_are_no_other_clusters() -> None:
    draft = Draft("broken-kubenet")
    draft.network_profile["outboundType"] = "userDefinedRouting"
    found = rehearsed(draft.snapshot(), Target.NODE_SUBNET)
    (subnet,) = words_of(found, "az", "network", "vnet", "subnet", "create")
    assert value(subnet, "--route-table") == "ROUTE_TABLE_ID"
    assert value(subnet, "--network-security-group").endswith("/nsg-ledger")


def test_a_network_of_aks_gives_way_to_one_of_the_users_for_a_pod_subnet() -> None:
    found = of_bundled("kubenet-vmss", Target.POD_SUBNET)
    assert len(words_of(found, "az", "network", "vnet", "create")) == 1
    assert len(words_of(found, "az", "network", "vnet", "subnet", "create")) == 2
    alone = of_bundled("kubenet-vmss", Target.NODE_SUBNET)
    assert not words_of(alone, "az", "network")
    assert "--vnet-subnet-id" not in created(alone)


def test_the_guards_of_the_cluster_itself_are_carried_over() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"] |= {
        "disableLocalAccounts": True,
        "aadProfile": {
            "managed": True,
            "enableAzureRBAC": True,
            "adminGroupObjectIDs": ["g-1", "g-2"],
        },
        "apiServerAccessProfile": {"disableRunCommand": True},
        "nodeResourceGroupProfile": {"restrictionLevel": "ReadOnly"},
        "httpProxyConfig": {"httpsProxy": "http://proxy:3128"},
    }
    draft.cluster["properties"]["agentPoolProfiles"][0] |= {
        "enableFIPS": True,
        "enableEncryptionAtHost": True,
        "nodeTaints": ["CriticalAddonsOnly=true:NoSchedule"],
        "nodeLabels": {"team": "a b", "kubernetes.azure.com/mode": "system"},
        "availabilityZones": ["1", "2"],
    }
    found = rehearsed(draft.snapshot(), Target.NODE_SUBNET)
    create = created(found)
    flags = {"--disable-local-accounts", "--enable-aad", "--enable-azure-rbac"}
    flags |= {"--disable-run-command", "--enable-fips-image", "--enable-encryption-at-host"}
    assert flags <= {*create}
    assert value(create, "--aad-admin-group-object-ids") == "g-1,g-2"
    assert value(create, "--nrg-lockdown-restriction-level") == "ReadOnly"
    assert value(create, "--http-proxy-config") == "PROXY_FILE"
    assert value(create, "--nodepool-taints") == "CriticalAddonsOnly=true:NoSchedule"
    assert value(create, "--nodepool-labels") == "team=a b"
    start = create.index("--zones")
    assert create[start + 1 : start + 3] == ["1", "2"]
    inside = [e for step in found.steps for e in step.commands if "kubectl" in e]
    assert not any(" command invoke " in each for each in inside)


def test_where_aks_runs_no_command_kubectl_is_run_by_hand() -> None:
    draft = Draft("kubenet-vmss")
    draft.cluster["properties"]["apiServerAccessProfile"] = {"disableRunCommand": True}
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    inside = [e for step in found.steps for e in step.commands if "kubectl" in e]
    assert inside
    assert all(each.startswith("kubectl ") for each in inside)


def test_outbound_addresses_of_the_users_are_others_for_the_new_cluster() -> None:
    create = created(of_bundled("half-migrated", Target.NODE_SUBNET))
    assert value(create, "--load-balancer-outbound-ips") == "OUTBOUND_IP_IDS"


def test_windows_pools_come_with_their_user_and_not_with_cilium() -> None:
    found = of_bundled("cni-overlay", Target.NODE_SUBNET)
    assert value(created(found), "--windows-admin-username")
    (windows,) = (
        each
        for each in words_of(found, "az", "aks", "nodepool", "add")
        if value(each, "--name") == "win22"
    )
    assert value(windows, "--os-type") == "Windows"
    assert value(created(found), "--network-policy") == "calico"


def test_the_first_pool_is_one_of_the_system() -> None:
    draft = Draft("cni-overlay")
    draft.cluster["properties"]["agentPoolProfiles"].reverse()
    create = created(rehearsed(draft.snapshot(), Target.NODE_SUBNET))
    assert value(create, "--nodepool-name") == "system"


def test_the_new_pools_have_the_sizes_that_are_supposed() -> None:
    snapshot = bundled("kubenet-vmss")
    supposed = Topology(suppose(snapshot, WhatIf(nodes={"": 7}, max_pods={"": 40})))
    found = rehearse(Topology(snapshot), supposed, Target.NODE_SUBNET, as_of=TODAY, on_premises=())
    create = created(found)
    assert (value(create, "--node-count"), value(create, "--max-pods")) == ("7", "40")


def test_a_policy_engine_that_ends_is_carried_over_with_its_day() -> None:
    step = step_of(of_bundled("broken-kubenet", Target.NODE_SUBNET), "Create a cluster")
    assert value(created(of_bundled("broken-kubenet", Target.NODE_SUBNET)), "--network-policy")
    (branch,) = step.branches
    assert "ends on 2028-09-30" in branch.when
