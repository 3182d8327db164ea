"""How a live run reaches Azure: the cloud, and who signs in."""

import os
from typing import Annotated

import msgspec
import typer

from inspector.cli.options import with_options
from inspector.collectors import CLOUDS, Cloud, CloudName, CredentialKind, collect
from inspector.collectors.clouds import private_cloud
from inspector.errors import UsageError
from inspector.resource_id import ResourceId
from inspector.snapshot import Snapshot


class LiveCluster(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster in Azure, and how to get there."""

    cluster: ResourceId
    cloud: Cloud
    credential: CredentialKind
    is_verbose: bool

    def read(self) -> Snapshot:
        """Collect the cluster, and show on stderr how it goes."""
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


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """What command line and environment say of the way to Azure.

    Nothing of it is judged before a cluster is to be read there: a run without Azure does not
    fail by a variable of the environment.
    """

    cloud: CloudName
    arm_endpoint: str | None
    arm_audience: str | None
    credential: CredentialKind
    is_verbose: bool

    def to(self, cluster: ResourceId) -> LiveCluster:
        """Return the way to a cluster. Raises ``UsageError`` if the options contradict."""
        if self.arm_endpoint is None and self.arm_audience is not None:
            raise UsageError("--arm-audience goes with --arm-endpoint")
        own = self.arm_endpoint
        return LiveCluster(
            cluster=cluster,
            cloud=private_cloud(own, self.arm_audience) if own else CLOUDS[self.cloud],
            credential=self.credential,
            is_verbose=self.is_verbose,
        )


def _ca_bundle() -> str | None:
    """Return the root certificates to trust; requests itself knows only the first variable."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")


def make_connection(
    *,
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
) -> Connection:
    """Return the connection that the options name."""
    return Connection(
        cloud=cloud,
        arm_endpoint=arm_endpoint,
        arm_audience=arm_audience,
        credential=credential,
        is_verbose=verbose,
    )


with_connection = with_options("connection", make_connection, are_last=True)
