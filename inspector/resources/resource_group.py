"""``Microsoft.Resources``: the infrastructure group and the inventory of what lies in it."""

from typing import ClassVar

from inspector.resource_id import ResourceId
from inspector.resources.arm import Resource


class ResourceGroup(Resource, frozen=True):
    """A resource group; ``managed_by`` is the cluster for an infrastructure group."""

    arm_type: ClassVar[str] = "Microsoft.Resources/resourceGroups"

    managed_by: ResourceId | None = None


class InventoryItem(Resource, frozen=True):
    """One entry of a resource group's list of resources, of whatever type.

    The entry has only the envelope. It is kept beside the full document, whose id it shares.
    """

    arm_type: ClassVar[str] = "Microsoft.Resources/resourceGroups/resources"

    type: str = ""
    managed_by: ResourceId | None = None
