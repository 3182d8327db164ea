"""Files a user names: results written whole or not at all, settings read up to a limit."""

import contextlib
import os
import tempfile
from pathlib import Path

from inspector.errors import OutputError, UsageError


def write_whole(path: Path, content: bytes, *, private: bool) -> None:
    """Write ``content`` to ``path`` in one step, with mode 0600 if it is ``private``.

    Raises ``OutputError``; whatever stood at ``path`` is kept then, and nothing half-written
    stays.
    """
    temporary = None
    try:
        path = path.resolve()  # a link stays a link, its target is replaced
        if path.exists() and not path.is_file():  # /dev/stdout, a named pipe
            path.write_bytes(content)
            return
        handle, temporary = tempfile.mkstemp(prefix=".aks-inspector-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if not private:
            Path(temporary).chmod(_shared_mode(path))
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None


def read_limited(path: Path, most_bytes: int) -> bytes:
    """Return what a file holds.

    Raises ``UsageError`` if it cannot be read, or holds more, as a device without end does.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # a name may hold what no file system takes
        reason = error.strerror if isinstance(error, OSError) else None
        raise UsageError(f"{path}: cannot be read: {reason or error}") from None
    if len(content) > most_bytes:
        raise UsageError(f"{path}: holds more than {most_bytes >> 20} MiB; name another file")
    return content


def _shared_mode(path: Path) -> int:
    """Return the mode the file has, or the one a new file gets: a temporary one is 0600."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
