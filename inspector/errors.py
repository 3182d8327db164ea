"""Every error a user of this package can meet.

    InspectorError
    ├── UsageError               what was asked cannot be done: an option, an id, a file name
    ├── OutputError              the result could not be written
    ├── CollectionError          Azure could not be read
    │   ├── AuthenticationError  no credential, or Azure refused it
    │   ├── AccessDenied         the cluster itself may not be read
    │   └── ClusterNotFound      no such cluster, resource group or subscription
    └── SnapshotError            a file that cannot be used as a snapshot
        ├── NotASnapshot         something else, or a truncated file
        ├── NewerSchema          written by a newer release
        └── BadDocument          a document in it does not have ARM's shape

What Azure refused beyond the cluster itself is not an error but a
:class:`~inspector.snapshot.Gap`: the inspection goes on without it.
"""


class InspectorError(Exception):
    """Root of the tree; its text is one line for the user: what, where, what to do."""


class UsageError(InspectorError):
    """The request itself is wrong."""


class OutputError(InspectorError):
    """The result could not be written to where it was asked for."""


class CollectionError(InspectorError):
    """Azure Resource Manager could not be read."""


class AuthenticationError(CollectionError):
    """No usable credential, or Azure refused the one offered."""


class AccessDenied(CollectionError):
    """The caller may not read the cluster."""


class ClusterNotFound(CollectionError):
    """ARM does not know the cluster, its resource group or its subscription."""


class SnapshotError(InspectorError):
    """The file cannot be used as a snapshot."""


class NotASnapshot(SnapshotError):
    """The file is something else, or only a part of a snapshot."""


class NewerSchema(SnapshotError):
    """A newer release wrote the snapshot."""


class BadDocument(SnapshotError):
    """A document of the snapshot does not have the shape ARM gives it."""
