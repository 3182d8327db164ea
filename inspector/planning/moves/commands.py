"""Commands of a move beyond those of checks: this program's own, and kubectl through AKS."""

from shlex import quote

from inspector.checking import az, az_cluster
from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster


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
    """Return the command that runs kubectl in the cluster, also where its API server is private."""
    return az_cluster(cluster, "command", "invoke", command=f"kubectl {command}")


def az_subnet(subnet: ResourceId, *words: str, **options: str | None) -> str:
    """Return an ``az network vnet subnet`` command on a subnet."""
    return az("network", "vnet", "subnet", *words, ids=str(subnet), **options)
