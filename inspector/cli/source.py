"""Where a command's cluster comes from: Azure, a snapshot file, or the package itself."""

import inspect
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from inspector.cli.subscription import resolve_subscription
from inspector.collectors import CLOUDS, Cloud, CloudName, CredentialKind, collect
from inspector.collectors.clouds import private_cloud
from inspector.demo import PREFIX, demo_clusters, load_demo
from inspector.errors import UsageError
from inspector.resource_id import ResourceId
from inspector.resources import ManagedCluster
from inspector.snapshot import Snapshot, load_snapshot

_ID_FORM: Final = (
    "/subscriptions/<id>/resourceGroups/<group>/providers/"
    "Microsoft.ContainerService/managedClusters/<name>"
)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster as the command line names it, checked but not read."""

    cluster: ResourceId | None = None
    snapshot: str | None = None
    cloud: Cloud = CLOUDS[CloudName.PUBLIC]
    credential: CredentialKind = CredentialKind.DEFAULT
    is_verbose: bool = False

    def read(self) -> Snapshot:
        """Return the snapshot: from the file, the package, or Azure."""
        if self.snapshot is not None:
            if self.snapshot.startswith(PREFIX):
                return load_demo(self.snapshot.removeprefix(PREFIX))
            return load_snapshot(Path(self.snapshot))
        if self.cluster is None:
            raise AssertionError("a source is a cluster or a snapshot")
        from inspector.cli.progress import CollectionProgress  # brings rich, for live runs only

        with CollectionProgress(is_verbose=self.is_verbose) as progress:
            return collect(
                self.cluster,
                credential=self.credential,
                cloud=self.cloud,
                client_id=os.environ.get("AZURE_CLIENT_ID"),
                ca_bundle=_ca_bundle(),
                observer=progress,
            )


def _ca_bundle() -> str | None:
    """Return the root certificates to trust; requests itself knows only the first variable."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")


def make_source(  # noqa: PLR0913  typer makes an option of each
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="CLUSTER",
            help="ARM resource id of the cluster, or demo:NAME.",
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
    credential: Annotated[
        CredentialKind,
        typer.Option(help="How to sign in."),
    ] = CredentialKind.DEFAULT,
    cloud: Annotated[
        CloudName,
        typer.Option(help="Azure cloud.", envvar="AKS_INSPECTOR_CLOUD"),
    ] = CloudName.PUBLIC,
    arm_endpoint: Annotated[
        str | None,
        typer.Option(
            help="URL of an Azure Resource Manager of your own.",
            envvar="AKS_INSPECTOR_ARM_ENDPOINT",
            metavar="URL",
        ),
    ] = None,
    arm_audience: Annotated[
        str | None,
        typer.Option(
            help="Audience of its tokens [default: the URL].",
            envvar="AKS_INSPECTOR_ARM_AUDIENCE",
            metavar="URL",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Tell on stderr what each wave of requests took.")
    ] = False,
) -> Source:
    """Turn the options into a source. Raises ``UsageError`` when they do not name one cluster."""
    is_named = bool(resource_group or name)
    if sum((target is not None, snapshot is not None, is_named)) != 1:
        raise UsageError(
            "name one cluster: -g GROUP -n NAME, or its ARM resource id, or --snapshot FILE, "
            "or demo:NAME"
        )
    if snapshot is not None or (target or "").startswith(PREFIX):
        return Source(snapshot=snapshot or target)
    if arm_endpoint is None and arm_audience is not None:
        raise UsageError("--arm-audience goes with --arm-endpoint")
    return Source(
        cluster=_cluster_id(target, resource_group, name, subscription),
        cloud=private_cloud(arm_endpoint, arm_audience) if arm_endpoint else CLOUDS[cloud],
        credential=credential,
        is_verbose=verbose,
    )


def _cluster_id(
    target: str | None, group: str | None, name: str | None, subscription: str | None
) -> ResourceId:
    if target is not None:
        return _parsed(target)
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
        hint = "; for a file use --snapshot" if _exists(text) else ""
        if text in demo_clusters():
            hint = f"; the bundled cluster is {PREFIX}{text}"
        raise UsageError(
            f"{text!r} is not an ARM resource id: it has the form {_ID_FORM}{hint}"
        ) from None
    if cluster.type.lower() != ManagedCluster.arm_type.lower():
        raise UsageError(
            f"{text!r} is the id of a {cluster.type}, not of an AKS cluster: {_ID_FORM}"
        )
    return cluster


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except OSError:  # too long for a file name
        return False


def with_source(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a cluster; it gets them as ``source``."""
    own = [
        parameter.replace(kind=parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(command).parameters.items()
        if name != "source"
    ]
    shared = list(inspect.signature(make_source).parameters.values())
    names = {parameter.name for parameter in shared}

    @wraps(command)
    def run(**values: Any) -> None:
        source = make_source(**{name: values.pop(name) for name in names})
        command(source=source, **values)

    run.__signature__ = inspect.Signature([*shared, *own])  # type: ignore[attr-defined]  # read by typer
    run.__annotations__ = {each.name: each.annotation for each in (*shared, *own)}
    return run
