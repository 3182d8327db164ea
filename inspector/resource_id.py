"""ARM resource ids: parsed once, compared without regard to case."""

from functools import cached_property
from typing import Final

_SUBSCRIPTIONS: Final = "subscriptions"
_GROUPS: Final = "resourcegroups"


class ResourceId:
    """The id of an ARM resource, of one of its sub-resources, or of a resource group.

    Equality, hash and order ignore case: ARM's own services disagree about it (subnet back
    references come upper-cased, the Kubernetes cloud provider lower-cases resource groups).
    ``str()`` gives the text as it was received; ``key`` is the folded form to use as a dict key
    where speed matters.

    Raises ``ValueError`` unless the text starts with ``/subscriptions/`` followed by a
    subscription and an even number of further segments.
    """

    __slots__ = ("__dict__", "key", "text")

    def __init__(self, text: str) -> None:
        key = text.lower().rstrip("/")
        if not key.startswith("/subscriptions/") or key.count("/") % 2 or "//" in key:
            raise ValueError(f"not an ARM resource id: {text!r}")
        self.text = text.rstrip("/")
        self.key = key

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ResourceId({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __lt__(self, other: "ResourceId") -> bool:
        return self.key < other.key

    @cached_property
    def _segments(self) -> tuple[str, ...]:
        return tuple(self.text.split("/")[1:])

    @cached_property
    def _provider_at(self) -> int | None:
        """Index of the last ``providers`` segment in key position: extensions nest."""
        positions = [i for i in range(0, len(self._segments), 2) if self._is(i, "providers")]
        return positions[-1] if positions else None

    def _is(self, index: int, name: str) -> bool:
        return index < len(self._segments) and self._segments[index].lower() == name

    @property
    def subscription(self) -> str:
        """The subscription id as written."""
        return self._segments[1]

    @property
    def resource_group(self) -> str | None:
        """The resource group's name, or ``None`` for a subscription-level id."""
        return self._segments[3] if self._is(2, _GROUPS) else None

    @property
    def resource_group_id(self) -> "ResourceId | None":
        """The id of the resource group that holds the resource."""
        if self.resource_group is None:
            return None
        return ResourceId("/" + "/".join(self._segments[:4]))

    @property
    def name(self) -> str:
        """The last segment: the resource's own name."""
        return self._segments[-1]

    @cached_property
    def type(self) -> str:
        """The full ARM type, ``Microsoft.Network/virtualNetworks/subnets``, as written."""
        at = self._provider_at
        if at is None:
            group = self._is(len(self._segments) - 2, _GROUPS)
            return "Microsoft.Resources/" + ("resourceGroups" if group else _SUBSCRIPTIONS)
        return "/".join((self._segments[at + 1], *self._segments[at + 2 :: 2]))

    @property
    def parent(self) -> "ResourceId | None":
        """What holds this resource: its parent resource, else its resource group."""
        at = self._provider_at
        cut = 2 if at is None or len(self._segments) > at + 4 else 4
        rest = self._segments[:-cut]
        return ResourceId("/" + "/".join(rest)) if rest else None

    def child(self, *segments: str) -> "ResourceId":
        """Return the id made by appending type and name segments."""
        return ResourceId("/".join((self.text, *segments)))

    def ancestor(self, type_name: str) -> "ResourceId | None":
        """Return this id or the nearest one above it that has the ARM type, else ``None``."""
        wanted = type_name.lower()
        here: ResourceId | None = self
        while here is not None and here.type.lower() != wanted:
            here = here.parent
        return here
