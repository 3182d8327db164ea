"""``az`` commands to copy into a shell: every value is quoted, for names come from Azure."""

from shlex import quote

from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster, NetworkInterface, ScaleSet


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


def az_at(place: ResourceId, *words: str, **options: str | None) -> str:
    """Return an ``az`` command in the subscription and the resource group of an id."""
    group, subscription = place.resource_group, place.subscription
    return az(*words, resource_group=group, subscription=subscription, **options)


def az_cluster(cluster: ManagedCluster, *words: str, **options: str | None) -> str:
    """Return an ``az aks`` command on the cluster."""
    return az_at(cluster.id, "aks", *words, name=cluster.title, **options)


def az_pool(cluster: ManagedCluster, pool: str | None, *words: str, **options: str | None) -> str:
    """Return an ``az aks nodepool`` command; without a pool its place is held by ``POOL``."""
    return az_at(
        cluster.id,
        "aks",
        "nodepool",
        *words,
        cluster_name=cluster.title,
        name=pool or "POOL",
        **options,
    )


def az_interface(interface: NetworkInterface) -> str:
    """Return the command that shows an interface: a scale set's have one of their own."""
    machine, scale_set = interface.virtual_machine_id, interface.id.ancestor(ScaleSet.arm_type)
    if machine is None or scale_set is None:
        return az("network", "nic", "show", ids=str(interface.id))
    return az_at(
        scale_set,
        "vmss",
        "nic",
        "show",
        vmss_name=scale_set.name,
        instance_id=machine.name,
        name=interface.title,
    )


def az_services(cluster: ManagedCluster) -> str:
    """Return the command that lists the cluster's services with their UIDs."""
    columns = "UID:.metadata.uid,NAMESPACE:.metadata.namespace,NAME:.metadata.name"
    listing = f"kubectl get services --all-namespaces --output custom-columns={columns}"
    return az_cluster(cluster, "command", "invoke", command=listing)
