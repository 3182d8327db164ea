"""Kubernetes versions as AKS writes them: ``1.31.10``, or ``1.31`` where it chooses the patch."""

import re
from typing import Final

_VERSION: Final = re.compile(r"1\.(?P<minor>[0-9]{1,4})(?:\.[0-9a-zA-Z.+-]*)?")


def minor_version(*texts: str | None) -> int | None:
    """Return the minor number of the first version that is one, ``None`` if there is none."""
    matches = (_VERSION.fullmatch(text) for text in texts if text)
    return next((int(match["minor"]) for match in matches if match is not None), None)
