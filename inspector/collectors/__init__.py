"""Reading a cluster from Azure; the only package that knows the SDK, and imports it late."""

from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.collectors.clouds import CLOUDS, Cloud, CloudName
from inspector.collectors.credential_kind import CredentialKind
from inspector.collectors.reader import Observer, Silence
from inspector.resource_id import ResourceId
from inspector.snapshot import Snapshot
from inspector.version import __version__

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


def collect(  # noqa: PLR0913  the public call: named options, all with defaults
    cluster: ResourceId,
    *,
    credential: "TokenCredential | CredentialKind" = CredentialKind.DEFAULT,
    cloud: Cloud = CLOUDS[CloudName.PUBLIC],
    client_id: str | None = None,
    ca_bundle: str | None = None,
    captured_at: datetime | None = None,
    observer: Observer | None = None,
) -> Snapshot:
    """Read a cluster's network from Azure Resource Manager, once.

    ``client_id`` names a user-assigned managed identity, ``ca_bundle`` a file of root
    certificates; ``captured_at`` defaults to now. What Azure refuses beyond the cluster itself
    comes back as a gap of the snapshot. Raises ``CollectionError``.
    """
    from inspector.collectors.azure import AzureReader
    from inspector.collectors.crawl import crawl
    from inspector.collectors.credentials import make_credential

    with ExitStack() as ours:
        if isinstance(credential, CredentialKind):
            made = make_credential(credential, cloud, client_id, ca_bundle)
            credential = ours.enter_context(closing(made))
        reader = AzureReader(credential, cloud, f"aks-inspector/{__version__}")
        ours.enter_context(reader.connect(cluster.subscription, ca_bundle))
        return crawl(
            cluster,
            reader,
            captured_at=captured_at or datetime.now(UTC),
            tool_version=__version__,
            observer=observer or Silence(),
        )


__all__ = ["CLOUDS", "Cloud", "CloudName", "CredentialKind", "Observer", "collect"]
