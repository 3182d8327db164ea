"""ARM resource ids: parsed once, compared without regard to case."""

from typing import Final

_GROUPS: Final = "resourcegroups"
_GROUP_AT: Final = 3
_LONGEST_SEGMENT: Final = 260
_LONGEST: Final = 2048
_PROVIDERS: Final = "/providers/"
_SLASHES_OF_TOP_RESOURCE: Final = 2


class ResourceId:
    """The id of an ARM resource, of one of its sub-resources, or of a resource group.

    Equality, hash and order ignore case: ARM's own services disagree about it (subnet back
    references come upper-cased, the Kubernetes cloud provider lower-cases resource groups).
    ``str()`` gives the text as it was received; ``key`` is the folded form to use as a dict key
    where speed matters.

    Raises ``ValueError`` unless the text starts with ``/subscriptions/`` followed by a
    subscription and an even number of further segments, none of them empty, ``.`` or ``..``, and
    has at most 2,048 characters, several times ARM's longest.
    """

    __slots__ = ("_parent", "_type", "key", "text")

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError(f"not an ARM resource id: {len(text)} characters long")
        plain = text.rstrip("/")
        key = plain.lower()
        if not key.startswith("/subscriptions/") or key.count("/") % 2 or "//" in key:
            raise ValueError(f"not an ARM resource id: {text!r}")
        if "/." in key and not {".", ".."}.isdisjoint(key.split("/")):
            raise ValueError(f"not an ARM resource id: {text!r}")
        self.text = plain
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

    @property
    def _segments(self) -> list[str]:
        return self.text.split("/")[1:]

    @property
    def _provider_at(self) -> int:
        """Where the last ``/providers`` that is not a name begins; -1 if there is none.

        Extension resources nest, and nothing forbids a resource called ``providers``.
        """
        at = self.key.rfind(_PROVIDERS)
        while at > 0 and self.key.count("/", 0, at) % 2:
            at = self.key.rfind(_PROVIDERS, 0, at)
        return at

    @property
    def subscription(self) -> str:
        """The subscription id as written."""
        return self._segments[1]

    @property
    def resource_group(self) -> str | None:
        """The resource group's name, or ``None`` for a subscription-level id."""
        segments = self._segments
        in_group = len(segments) > _GROUP_AT and segments[_GROUP_AT - 1].lower() == _GROUPS
        return segments[_GROUP_AT] if in_group else None

    @property
    def resource_group_id(self) -> "ResourceId | None":
        """The id of the resource group that holds the resource."""
        if self.resource_group is None:
            return None
        return ResourceId("/" + "/".join(self._segments[: _GROUP_AT + 1]))

    @property
    def name(self) -> str:
        """The last segment: the resource's own name."""
        return self.text.rpartition("/")[2]

    @property
    def type(self) -> str:
        """The full ARM type, ``Microsoft.Network/virtualNetworks/subnets``, as written."""
        try:
            return self._type
        except AttributeError:
            self._type: str = self._find_type()
            return self._type

    def _find_type(self) -> str:
        at = self._provider_at
        if at < 0:
            is_group = self._segments[-2].lower() == _GROUPS
            return "Microsoft.Resources/" + ("resourceGroups" if is_group else "subscriptions")
        namespace, *rest = self.text[at + len(_PROVIDERS) :].split("/")
        return "/".join((namespace, *rest[::2]))

    @property
    def parent(self) -> "ResourceId | None":
        """What holds this resource: its parent resource, else its resource group."""
        try:
            return self._parent
        except AttributeError:
            self._parent: ResourceId | None = self._find_parent()
            return self._parent

    def _find_parent(self) -> "ResourceId | None":
        at = self._provider_at
        is_top = at >= 0 and self.key.count("/", at + len(_PROVIDERS)) == _SLASHES_OF_TOP_RESOURCE
        above = self.text[:at] if is_top else self.text.rsplit("/", 2)[0]
        if not above:
            return None
        parent = object.__new__(ResourceId)  # what holds a valid id has a valid one
        parent.text, parent.key = above, above.lower()
        return parent

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


def as_segment(text: str) -> str:
    """Return a name so that it can stand in an id: one that could not is escaped, and cut."""
    segment = text.replace("/", "%2F")[:_LONGEST_SEGMENT]
    return segment.replace(".", "%2E") if segment in {".", ".."} else segment or "%"
