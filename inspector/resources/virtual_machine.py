"""``virtualMachines``, ``availabilitySets`` and ``virtualMachineScaleSets``."""

from collections.abc import Iterator
from typing import ClassVar

from inspector.resources.arm import Link, Reference, Relation, Resource, Wire, refer, same_text


class OSProfile(Wire, frozen=True):
    """``properties.osProfile``."""

    computer_name: str | None = None
    computer_name_prefix: str | None = None


class VirtualMachineProperties(Wire, frozen=True):
    """``properties`` of a machine."""

    provisioning_state: str | None = None
    availability_set: Reference | None = None
    virtual_machine_scale_set: Reference | None = None
    os_profile: OSProfile = OSProfile()


class VirtualMachine(Resource, frozen=True):
    """A machine that is a resource of its own, not a uniform scale-set instance."""

    arm_type: ClassVar[str] = "Microsoft.Compute/virtualMachines"

    properties: VirtualMachineProperties = VirtualMachineProperties()

    def links(self) -> Iterator[Link]:
        """Yield the availability set or the flexible scale set."""
        properties = self.properties
        yield from refer(self.id, Relation.IN_AVAILABILITY_SET, properties.availability_set)
        yield from refer(self.id, Relation.INSTANCE_OF, properties.virtual_machine_scale_set)


class AvailabilitySet(Resource, frozen=True):
    """An availability set."""

    arm_type: ClassVar[str] = "Microsoft.Compute/availabilitySets"


class VirtualMachineProfile(Wire, frozen=True):
    """``properties.virtualMachineProfile``: the model, not what an instance has."""

    os_profile: OSProfile = OSProfile()


class ScaleSetSku(Wire, frozen=True):
    """``sku``: the instances' size, and how many of them the scale set is to have."""

    name: str | None = None
    capacity: int | None = None


class ScaleSetProperties(Wire, frozen=True):
    """``properties`` of a scale set."""

    provisioning_state: str | None = None
    orchestration_mode: str | None = None
    virtual_machine_profile: VirtualMachineProfile = VirtualMachineProfile()


class ScaleSet(Resource, frozen=True):
    """A virtual machine scale set."""

    arm_type: ClassVar[str] = "Microsoft.Compute/virtualMachineScaleSets"

    sku: ScaleSetSku = ScaleSetSku()
    properties: ScaleSetProperties = ScaleSetProperties()

    @property
    def is_uniform(self) -> bool:
        """Whether instances exist only inside the scale set; older documents say nothing."""
        return not same_text(self.properties.orchestration_mode, "Flexible")
