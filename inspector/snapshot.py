"""What one inspection read from Azure, and the file that keeps it."""

import gzip
import io
import zlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from inspector.errors import BadDocument, NewerSchema, NotASnapshot, UsageError
from inspector.files import write_whole
from inspector.resource_id import ResourceId
from inspector.resources import ENTRY_KINDS, ManagedCluster, Resource, decode, parse_document
from inspector.resources.arm import decode_custom

FORMAT: Final = "aks-inspector/snapshot"
SCHEMA_VERSION: Final = 1
_LARGEST_BYTES: Final = 1 << 30  # several times the largest cluster AKS allows


class GapReason(StrEnum):
    """Why something is unknown."""

    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    FAILED = "failed"
    NOT_REQUESTED = "not requested"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be seen; never to be read as absent or as fine.

    ``target`` is the resource, or the scope of the list ``listing`` (an ARM type). ``action`` is
    the RBAC action that reveals it; ``status`` and ``code`` are ARM's own, where it answered.
    """

    target: ResourceId
    listing: str | None = None
    reason: GapReason
    action: str
    status: int | None = None
    code: str | None = None
    message: str = ""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A complete list of one type in one scope: what it does not hold does not exist.

    ``ids`` names the documents it holds. Lists whose entries are not documents of their own
    (subnet usages, a group's inventory) keep the entries themselves in ``entries``.
    """

    scope: ResourceId
    type: str
    ids: tuple[ResourceId, ...] = ()
    entries: tuple[msgspec.Raw, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything one inspection read: wire documents, lists, absences and gaps."""

    cluster: ResourceId
    captured_at: datetime
    tool_version: str
    documents: Mapping[ResourceId, msgspec.Raw]
    absent: tuple[ResourceId, ...] = ()
    listings: tuple[Listing, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @cached_property
    def resources(self) -> Mapping[ResourceId, Resource]:
        """The documents parsed, in the order of their ids; types we do not read are left out.

        Raises ``BadDocument`` for one that does not have ARM's shape.
        """
        parsed = {}
        for resource_id in sorted(self.documents, key=lambda each: each.key):
            try:
                resource = parse_document(resource_id, self.documents[resource_id])
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise BadDocument(f"document {str(resource_id)!r}: {error}") from None
            if resource is not None:
                parsed[resource_id] = resource
        return parsed


class _SnapshotFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file's layout; docs/snapshot.md describes it."""

    format: str
    schema_version: int
    tool_version: str
    captured_at: datetime
    cluster: ResourceId
    documents: dict[str, msgspec.Raw]
    absent: tuple[ResourceId, ...] = ()
    listings: tuple[Listing, ...] = ()
    gaps: tuple[Gap, ...] = ()


class _Header(msgspec.Struct, frozen=True):
    format: str = ""
    schema_version: int = 0


def save_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the snapshot to ``path``, readable by its owner alone.

    The suffix is ``.json`` or ``.json.gz``. The same snapshot gives the same bytes. Raises
    ``UsageError`` for another suffix and ``OutputError`` when the file cannot be written; what
    stood there before is kept then.
    """
    if not path.name.endswith((".json", ".json.gz")):
        raise UsageError(f"{path}: a snapshot's name ends in .json or .json.gz")
    content = encode_snapshot(snapshot)
    if path.name.endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    write_whole(path, content, private=True)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return the snapshot as the JSON text of its file."""
    by_key = sorted(snapshot.documents.items(), key=lambda item: item[0].key)
    layout = _SnapshotFile(
        format=FORMAT,
        schema_version=SCHEMA_VERSION,
        tool_version=snapshot.tool_version,
        captured_at=snapshot.captured_at,
        cluster=snapshot.cluster,
        documents={str(resource_id): raw for resource_id, raw in by_key},
        absent=snapshot.absent,
        listings=snapshot.listings,
        gaps=snapshot.gaps,
    )
    return msgspec.json.encode(layout, enc_hook=_encode_custom) + b"\n"


def load_snapshot(path: Path) -> Snapshot:
    """Read a snapshot file and check every document in it.

    Raises ``NotASnapshot``, ``NewerSchema`` or ``BadDocument``, each naming the file and the
    place in it.
    """
    try:
        with path.open("rb") as file:
            content = _limited(file, path)
        if content.startswith(b"\x1f\x8b"):
            content = _decompress(content, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise NotASnapshot(f"{path}: the compressed file is damaged or cut off ({error})") from None
    except OSError as error:
        raise NotASnapshot(f"{path}: cannot be read: {error.strerror or error}") from None
    return decode_snapshot(content, str(path))


def _check_entries(snapshot: Snapshot) -> None:
    for listing in snapshot.listings:
        kind = ENTRY_KINDS.get(listing.type.lower())
        for number, raw in enumerate(listing.entries):
            try:
                if kind is not None:
                    decode(raw, kind)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                place = f"list of {listing.type} at {str(listing.scope)!r}, entry {number}"
                raise BadDocument(f"{place}: {error}") from None


def _decompress(content: bytes, path: Path) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        return _limited(file, path)


def _limited(file: IO[bytes] | gzip.GzipFile, path: Path) -> bytes:
    """Read a file that may be a device without end, or a few bytes that unpack to a disk full."""
    content = file.read(_LARGEST_BYTES + 1)
    if len(content) > _LARGEST_BYTES:
        raise NotASnapshot(f"{path}: holds more than {_LARGEST_BYTES >> 30} GiB; not a snapshot")
    return content


def decode_snapshot(content: bytes, origin: str) -> Snapshot:
    """Turn the JSON text of a snapshot file into a checked snapshot.

    ``origin`` names the text in errors, which are those of :func:`load_snapshot`.
    """
    layout = _read_layout(content, origin)
    try:
        documents = {ResourceId(key): raw for key, raw in layout.documents.items()}
    except ValueError as error:
        raise BadDocument(f"{origin}: documents: {error}") from None
    snapshot = Snapshot(
        cluster=layout.cluster,
        captured_at=layout.captured_at,
        tool_version=layout.tool_version,
        documents=documents,
        absent=layout.absent,
        listings=layout.listings,
        gaps=layout.gaps,
    )
    try:
        known = snapshot.resources
        _check_entries(snapshot)
    except BadDocument as error:
        raise BadDocument(f"{origin}: {error}") from None
    if not isinstance(known.get(snapshot.cluster), ManagedCluster):
        raise BadDocument(f"{origin}: documents: the cluster {snapshot.cluster} is not among them")
    return snapshot


def _read_layout(content: bytes, origin: str) -> _SnapshotFile:
    try:
        layout = msgspec.json.decode(content, type=_SnapshotFile, dec_hook=decode_custom)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _check_header(_read_header(content, origin), origin)
        raise BadDocument(f"{origin}: {error}") from None
    _check_header(_Header(layout.format, layout.schema_version), origin)
    return layout


def _read_header(content: bytes, origin: str) -> _Header:
    try:
        return msgspec.json.decode(content, type=_Header)
    except msgspec.ValidationError:
        return _Header()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotASnapshot(
            f"{origin}: not JSON, or cut off: {error}; make one with 'aks-inspector snapshot'"
        ) from None


def _check_header(header: _Header, origin: str) -> None:
    if header.format != FORMAT:
        raise NotASnapshot(
            f"{origin}: not a snapshot: $.format is not {FORMAT!r}; "
            "make one with 'aks-inspector snapshot'"
        )
    if header.schema_version > SCHEMA_VERSION:
        raise NewerSchema(
            f"{origin}: $.schema_version is {header.schema_version}, this release reads up to "
            f"{SCHEMA_VERSION}; upgrade aks-inspector"
        )


def _encode_custom(value: Any) -> Any:
    return str(value)
