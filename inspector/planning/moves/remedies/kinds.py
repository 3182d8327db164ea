"""What to do about a condition of a move."""

from typing import Final

import msgspec

from inspector.planning.moves.views import Branch, Placeholder


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about a condition.

    It is a step before the update unless ``is_step`` says that the update itself does it, or that
    there is nothing to do but to know. ``is_in_place`` is false where only a new cluster helps.
    ``reimages`` is how many times it puts every node of all pools up anew.
    """

    words: str
    effect: str = ""
    risk: str | None = None
    commands: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    reimages: int = 0
    placeholders: tuple[Placeholder, ...] = ()
    watch: str | None = None
    is_step: bool = True
    is_reversible: bool = True
    is_in_place: bool = True


REIMAGE: Final = "AKS reimages all pools at the same time"

OFF_MEANWHILE: Final = (
    "admission webhooks, and encryption of secrets with a private key vault: both have to be off "
    "meanwhile"
)

VERSION: Final = Placeholder(
    name="VERSION", meaning="one of the versions that the first command lists"
)
