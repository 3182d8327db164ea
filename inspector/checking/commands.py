"""``az`` commands to copy into a shell: every value is quoted, for names come from Azure."""

from shlex import quote

from inspector.resources import ManagedCluster


def az(*words: str, **options: str | None) -> str:
    """Return an ``az`` command: ``az("network", "nic", "show", ids=…)``.

    Options with the value ``None`` are left out; a value of ``""`` makes a flag without one.
    """
    parts = ["az", *words]
    for name, value in options.items():
        if value is not None:
            parts.append(f"--{name.replace('_', '-')}")
            parts += [quote(value)] if value else []
    return " ".join(parts)


def az_cluster(cluster: ManagedCluster, *words: str, **options: str | None) -> str:
    """Return an ``az aks`` command on the cluster."""
    group = cluster.id.resource_group
    return az("aks", *words, resource_group=group, name=cluster.title, **options)


def az_pool(cluster: ManagedCluster, pool: str | None, *words: str, **options: str | None) -> str:
    """Return an ``az aks nodepool`` command; without a pool its place is held by ``POOL``."""
    return az(
        "aks",
        "nodepool",
        *words,
        resource_group=cluster.id.resource_group,
        cluster_name=cluster.title,
        name=pool or "POOL",
        **options,
    )
