"""Commands of a move beyond those of checks: this program's own, and kubectl through AKS."""

from collections.abc import Iterable
from shlex import quote

from inspector.checking import az, az_cluster
from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster, same_text


def take_snapshot(cluster: ManagedCluster, file: str, *, name: str | None = None) -> str:
    """Return the command that writes what ARM shows of the cluster to a file.

    ``name`` is that of another cluster in the same group.
    """
    options = {
        "subscription": cluster.id.subscription,
        "resource-group": cluster.id.resource_group,
        "name": name or cluster.title,
        "output": file,
    }
    words = (f"--{name} {quote(value)}" for name, value in options.items() if value)
    return f"aks-inspector snapshot {' '.join(words)}"


def kubectl(cluster: ManagedCluster, command: str) -> str:
    """Return the command that runs kubectl in the cluster, also where its API server is private.

    Where AKS is told to run none, it is kubectl itself, for a machine that reaches the API server.
    """
    if cluster.properties.api_server_access_profile.disable_run_command:
        return f"kubectl {command}"
    return az_cluster(cluster, "command", "invoke", command=f"kubectl {command}")


def az_subnet(subnet: ResourceId, *words: str, **options: str | None) -> str:
    """Return an ``az network vnet subnet`` command on a subnet."""
    return az("network", "vnet", "subnet", *words, ids=str(subnet), **options)


def with_words(command: str, option: str, values: Iterable[str]) -> str:
    """Return a command with an option that takes several words, itself where there are none."""
    words = " ".join(map(quote, values))
    return f"{command} --{option} {words}" if words else command


def list_usage(cluster: ManagedCluster) -> str:
    """Return the command that shows the quota of machines where the cluster is."""
    location, subscription = cluster.location, cluster.id.subscription
    return az("vm", "list-usage", location=location, subscription=subscription, output="table")


def list_roles(principal: str) -> str:
    """Return the command that lists the roles of an identity in its subscription."""
    return az("role", "assignment", "list", assignee=principal, all="", output="table")


def assign_role(principal: str, scope: str, role: str = "Network Contributor") -> str:
    """Return the command that gives a managed identity a role."""
    return az(
        "role",
        "assignment",
        "create",
        assignee_object_id=principal,
        assignee_principal_type="ServicePrincipal",
        role=role,
        scope=scope,
    )


def principals_of(cluster: ManagedCluster) -> tuple[str, ...]:
    """Return the ids that roles of the cluster go by: of its identities, else of its principal."""
    identity = cluster.identity
    own = [each.principal_id for _, each in sorted(identity.user_assigned_identities.items())]
    client = cluster.properties.service_principal_profile.client_id
    found = [each for each in (*own, identity.principal_id) if each]
    return tuple(found) or ((client,) if client and not same_text(client, "msi") else ())
