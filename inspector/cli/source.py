"""Where a command's cluster comes from: Azure, a snapshot file, or the package itself."""

import os
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from inspector.cli.connection import Connection, LiveCluster, with_connection
from inspector.cli.options import with_options
from inspector.cli.subscription import resolve_subscription
from inspector.demo import PREFIX, demo_clusters, load_demo
from inspector.errors import UsageError
from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster
from inspector.snapshot import Snapshot, load_snapshot

_ID_FORM: Final = (
    "/subscriptions/<id>/resourceGroups/<group>/providers/"
    "Microsoft.ContainerService/managedClusters/<name>"
)


class StoredCluster(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster in a snapshot file, or bundled as ``demo:NAME``."""

    place: str

    def read(self) -> Snapshot:
        """Return the snapshot."""
        if self.place.startswith(PREFIX):
            return load_demo(self.place.removeprefix(PREFIX))
        return load_snapshot(Path(self.place))


Source = LiveCluster | StoredCluster
"""A cluster as the command line names it, checked but not read."""


def source_of(text: str, connection: Connection) -> Source:
    """Return what an argument names: an ARM id, a bundled cluster, or a snapshot file.

    Raises ``UsageError`` for what is none of them.
    """
    is_id = text.lower().startswith("/subscriptions/")
    if text.startswith(PREFIX) or (text and not is_id and _exists(text)):
        return StoredCluster(place=text)
    return connection.to(_parsed(text))


@with_connection
def make_source(  # noqa: PLR0913  typer makes an option of each
    connection: Connection,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="CLUSTER",
            help="ARM resource id of the cluster, a snapshot file, or demo:NAME.",
            show_default=False,
        ),
    ] = None,
    *,
    resource_group: Annotated[
        str | None,
        typer.Option("--resource-group", "-g", help="Resource group of the cluster."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", "-n", help="Name of the cluster."),
    ] = None,
    subscription: Annotated[
        str | None,
        typer.Option(
            "--subscription",
            "-s",
            help="Subscription, id or name [default: AZURE_SUBSCRIPTION_ID, else the Azure CLI's].",
        ),
    ] = None,
    snapshot: Annotated[
        str | None,
        typer.Option(
            "--snapshot",
            help="Read this snapshot file (or demo:NAME) instead of Azure.",
            metavar="FILE",
        ),
    ] = None,
) -> Source:
    """Turn the options into a source. Raises ``UsageError`` when they do not name one cluster."""
    is_named = bool(resource_group or name)
    if sum((target is not None, snapshot is not None, is_named)) != 1:
        raise UsageError(
            "name one cluster: -g GROUP -n NAME, or its ARM resource id, or --snapshot FILE, "
            "or demo:NAME"
        )
    if snapshot is not None:
        return StoredCluster(place=snapshot)
    if target is not None:
        return source_of(target, connection)
    return connection.to(_named(resource_group, name, subscription))


def _named(group: str | None, name: str | None, subscription: str | None) -> ResourceId:
    if not group or not name:
        raise UsageError("give both -g/--resource-group and -n/--name")
    for option, value in (("-g", group), ("-n", name)):
        if "/" in value or "?" in value or "#" in value:
            raise UsageError(f"{option} {value!r}: a name has no such characters")
    found = resolve_subscription(subscription, os.environ)
    return ResourceId(
        f"/subscriptions/{found}/resourceGroups/{group}/providers/{ManagedCluster.arm_type}/{name}"
    )


def _parsed(text: str) -> ResourceId:
    try:
        cluster = ResourceId(text)
    except ValueError:
        raise UsageError(f"{text!r} is {_what_it_is_not(text)}") from None
    if cluster.type.lower() != ManagedCluster.arm_type.lower():
        raise UsageError(
            f"{text!r} is the id of a {cluster.type}, not of an AKS cluster: {_ID_FORM}"
        )
    return cluster


def _what_it_is_not(text: str) -> str:
    if text in demo_clusters():
        return f"neither a file nor an ARM resource id; the bundled cluster is {PREFIX}{text}"
    if text.lower().endswith((".json", ".gz")):
        return "a file that does not exist; make one with 'aks-inspector snapshot'"
    return f"neither a file nor an ARM resource id, which has the form {_ID_FORM}"


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except OSError:  # too long for a file name
        return False


with_source = with_options("source", make_source)
