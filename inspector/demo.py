"""The bundled clusters: snapshots that travel with the package."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from inspector.errors import UsageError
from inspector.snapshot import Snapshot, decode_snapshot

PREFIX = "demo:"


def demo_clusters() -> dict[str, str]:
    """Return the bundled clusters: name and one line about each, in the order to show them."""
    return msgspec.json.decode((_folder() / "index.json").read_bytes(), type=dict[str, str])


def load_demo(name: str) -> Snapshot:
    """Return a bundled cluster's snapshot. Raises ``UsageError`` for a name there is none of."""
    names = demo_clusters()
    if name not in names:
        raise UsageError(f"no bundled cluster {name!r}; there are: {', '.join(names)}")
    return decode_snapshot((_folder() / f"{name}.json").read_bytes(), f"{PREFIX}{name}")


def _folder() -> Traversable:
    """Return the clusters inside an installed package, or beside it in a source checkout."""
    installed = files("inspector") / "clusters"
    if installed.is_dir():
        return installed
    return Path(__file__).parent.parent / "fixtures" / "clusters"
