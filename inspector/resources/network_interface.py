"""``networkInterfaces``, stand-alone and of scale-set instances: one shape, two id forms."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from inspector.resource_id import ResourceId
from inspector.resources.arm import IPAddress, Link, Reference, Relation, Resource, Wire, refer

SCALE_SET_INTERFACE_TYPE = (
    "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"
)


def is_ip_configuration(resource_id: ResourceId) -> bool:
    """Whether an id is that of an interface's IP configuration, in either of its two forms."""
    return resource_id.type.lower().endswith("/networkinterfaces/ipconfigurations")


class IPConfigurationProperties(Wire, frozen=True):
    """``properties`` of an IP configuration."""

    private_ip_address: IPAddress | None = msgspec.field(name="privateIPAddress", default=None)
    private_ip_allocation_method: str | None = msgspec.field(
        name="privateIPAllocationMethod", default=None
    )
    private_ip_address_version: str | None = msgspec.field(
        name="privateIPAddressVersion", default=None
    )
    private_ip_address_prefix_length: int | None = msgspec.field(
        name="privateIPAddressPrefixLength", default=None
    )
    primary: bool | None = None
    subnet: Reference | None = None
    public_ip_address: Reference | None = msgspec.field(name="publicIPAddress", default=None)


class IPConfiguration(Resource, frozen=True):
    """One address of a network interface."""

    arm_type: ClassVar[str] = "Microsoft.Network/networkInterfaces/ipConfigurations"

    properties: IPConfigurationProperties = IPConfigurationProperties()

    @property
    def is_ipv6(self) -> bool:
        """Whether the configuration is an IPv6 one; ARM may leave the version out for IPv4."""
        version = self.properties.private_ip_address_version
        return version is not None and version != "IPv4" and version.lower() == "ipv6"

    def links(self) -> Iterator[Link]:
        """Yield the subnet and the public address."""
        if self.properties.subnet is not None:
            yield Link(self.id, Relation.IN_SUBNET, self.properties.subnet.id)
        if self.properties.public_ip_address is not None:
            yield Link(self.id, Relation.PUBLIC_IP, self.properties.public_ip_address.id)


class NetworkInterfaceProperties(Wire, frozen=True):
    """``properties`` of an interface; a stopped instance lacks ``virtualMachine``."""

    ip_configurations: tuple[IPConfiguration, ...] = ()
    enable_ip_forwarding: bool | None = msgspec.field(name="enableIPForwarding", default=None)
    primary: bool | None = None
    virtual_machine: Reference | None = None
    network_security_group: Reference | None = None
    private_endpoint: Reference | None = None


class NetworkInterface(Resource, frozen=True):
    """A network interface; scale-set ones come with only name, id and properties."""

    arm_type: ClassVar[str] = "Microsoft.Network/networkInterfaces"

    properties: NetworkInterfaceProperties = NetworkInterfaceProperties()

    @property
    def virtual_machine_id(self) -> ResourceId | None:
        """The machine: from the id for a scale-set instance, else from the reference."""
        above = self.id.parent
        if above is not None and above.type.lower().endswith("/virtualmachines"):
            return above
        reference = self.properties.virtual_machine
        return reference.id if reference else None

    def parts(self) -> Iterator[Resource]:
        """Yield the IP configurations."""
        yield from self.properties.ip_configurations

    def links(self) -> Iterator[Link]:
        """Yield IP configurations with their references, the machine and the security group."""
        yield from super().links()
        if self.virtual_machine_id is not None:
            yield Link(self.id, Relation.ATTACHED_TO, self.virtual_machine_id)
        yield from refer(self.id, Relation.PROTECTED_BY, self.properties.network_security_group)
