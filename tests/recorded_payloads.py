"""Check recorded ARM bodies: ``python -m tests.recorded_payloads FOLDER``.

Every ``.json`` file below the folder is one document, a list ``{"value": […]}`` or an array of
either. Each document of a type the program reads has to parse, and no id in it may be lost: a
sub-resource comes back from ``parts()``, a reference from ``links()``. ``ELSEWHERE`` and
``NOT_LINKED`` say which fields deliberately make no link; an id anywhere else is a failure. Bodies
of other types are counted.

Exit codes: 0 all is well; 1 a failure; 2 no such folder, or nothing to check in it.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from inspector.resource_id import ResourceId
from inspector.resources import DOCUMENT_KINDS, Resource, parse_document

_BACK: Final = "the other end refers to this one"
_TWICE: Final = "another field of the same document says it"
_VALUE: Final = "read as a value; the topology relates it"
_MODEL: Final = "what instances start from; their own documents are read"

ELSEWHERE: Final = re.compile(
    r"""
    addonProfiles | applicationSecurityGroups | azureMonitorProfile | capacityReservationGroupID
    | creationData | customIPPrefix | ddosProtectionPlan | ddosSettings | diskEncryptionSetID
    | dscpConfiguration | flowLogs | gatewayLoadBalancer | host | hostGroup | hostGroupID
    | hostedWorkloads | identity | identityProfile | inboundNatPools | inboundNatRules
    | ingressProfile | linkedPublicIPAddress | loadBalancerInboundNatRules | podIdentityProfile
    | privateLinkResources | privateLinkService | proximityPlacementGroup(ID)?
    | resourceNavigationLinks | securityProfile | serviceEndpointPolicies | serviceMeshProfile
    | servicePublicIPAddress | storageProfile | tapConfigurations | virtualNetworkTaps
    """,
    re.VERBOSE,
)
"""The fields that lead to what no report shows, whatever the type: all below them is let pass."""

_POOL: Final = "properties.backendAddressPools[].properties"
_FRONTEND: Final = "properties.frontendIPConfigurations[].properties"
_CONFIGURATION: Final = "properties.ipConfigurations[].properties"
_RULE: Final = "properties.securityRules[].properties"
_SUBNET: Final = "properties.subnets[].properties"

NOT_LINKED: Final[Mapping[str, Mapping[str, str]]] = {
    "Microsoft.Compute/availabilitySets": {"properties.virtualMachines": _BACK},
    "Microsoft.Compute/virtualMachineScaleSets": {"properties.virtualMachineProfile": _MODEL},
    "Microsoft.Compute/virtualMachines": {"properties.networkProfile": _BACK},
    "Microsoft.ContainerService/managedClusters/agentPools/machines": {
        "properties.resourceId": _VALUE,
    },
    "Microsoft.Network/loadBalancers": {
        f"{_POOL}.loadBalancerBackendAddresses": _TWICE,
        f"{_POOL}.loadBalancingRules": _BACK,
        f"{_POOL}.outboundRule": _BACK,
        f"{_POOL}.outboundRules": _BACK,
        f"{_POOL}.virtualNetwork": _TWICE,
        f"{_FRONTEND}.loadBalancingRules": _BACK,
        f"{_FRONTEND}.outboundRules": _BACK,
        "properties.probes[].properties.loadBalancingRules": _BACK,
    },
    "Microsoft.Network/natGateways": {"properties.subnets": _BACK},
    "Microsoft.Network/networkInterfaces": {
        f"{_CONFIGURATION}.applicationGatewayBackendAddressPools": _BACK,
        f"{_CONFIGURATION}.loadBalancerBackendAddressPools": _BACK,
        "properties.privateEndpoint": _BACK,
    },
    "Microsoft.Network/networkSecurityGroups": {
        "properties.networkInterfaces": _BACK,
        f"{_RULE}.destinationApplicationSecurityGroups": _VALUE,
        f"{_RULE}.sourceApplicationSecurityGroups": _VALUE,
        "properties.subnets": _BACK,
    },
    "Microsoft.Network/privateEndpoints": {
        "properties.manualPrivateLinkServiceConnections": _VALUE,
        "properties.privateLinkServiceConnections": _VALUE,
    },
    "Microsoft.Network/publicIPAddresses": {
        "properties.ipConfiguration": _BACK,
        "properties.natGateway": _BACK,
    },
    "Microsoft.Network/publicIPPrefixes": {
        "properties.loadBalancerFrontendIpConfiguration": _BACK,
        "properties.natGateway": _BACK,
        "properties.publicIPAddresses": _BACK,
    },
    "Microsoft.Network/routeTables": {"properties.subnets": _BACK},
    "Microsoft.Network/virtualNetworks": {
        f"{_SUBNET}.applicationGatewayIPConfigurations": _BACK,
        f"{_SUBNET}.delegations": _VALUE,
        f"{_SUBNET}.ipConfigurationProfiles": _BACK,
        f"{_SUBNET}.ipConfigurations": _BACK,
        f"{_SUBNET}.privateEndpoints": _BACK,
        f"{_SUBNET}.serviceAssociationLinks": _VALUE,
    },
    "Microsoft.Resources/resourceGroups": {"managedBy": _VALUE},
}
"""The other fields whose ids are no links, by ARM type; all below such a path is let pass."""


class _Place(NamedTuple):
    """Where an id stands; ``field`` is the path without numbers, ``owner`` the resource there."""

    path: str
    field: str
    owner: str
    text: str


class Counts(NamedTuple):
    """What one file held: documents by type, others by type, ids let pass by field; failures."""

    read: Counter[str]
    others: Counter[str]
    not_linked: Counter[tuple[str, str]]
    failures: list[str]


def check_file(path: Path) -> Counts:
    """Check every document of a file; a failure names the JSON path and the reason."""
    counts = Counts(Counter(), Counter(), Counter(), [])
    try:
        for place, raw in _documents(msgspec.Raw(path.read_bytes()), "$"):
            _check_document(raw, place, counts)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        counts.failures.append(f"$: not JSON: {error}")
    return counts


def _documents(raw: msgspec.Raw, place: str) -> Iterator[tuple[str, msgspec.Raw]]:
    """Yield each document of a body with its JSON path."""
    body = msgspec.json.decode(raw)
    if isinstance(body, dict) and isinstance(body.get("value"), list) and "id" not in body:
        raw = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])["value"]
        body, place = body["value"], f"{place}.value"
    if not isinstance(body, list):
        yield place, raw
        return
    for number, item in enumerate(msgspec.json.decode(raw, type=list[msgspec.Raw])):
        yield from _documents(item, f"{place}[{number}]")


def _check_document(raw: msgspec.Raw, place: str, counts: Counts) -> None:
    body = msgspec.json.decode(raw)
    known = _id(body.get("id")) if isinstance(body, dict) else None
    named = str(body.get("type", "")) if isinstance(body, dict) else ""
    if known is None and named.lower() in DOCUMENT_KINDS:
        counts.failures.append(f"{place}.id: not an ARM id, in a document of type {named!r}")
        return
    try:
        resource = parse_document(known, raw) if known is not None else None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        counts.failures.append(f"{place}: {error}")
        return
    if resource is None or known is None:
        counts.others[known.type if known is not None else named or "no resource"] += 1
        return
    counts.read[resource.arm_type] += 1
    for each in _Ids(resource).unaccounted(body, place):
        field = _let_pass(resource, each.field)
        if field is None:
            counts.failures.append(f"{each.path}: the id is lost: {each.text!r}")
        else:
            counts.not_linked[resource.arm_type, field] += 1


class _Ids:
    """The ids that come back from a parsed document."""

    def __init__(self, resource: Resource) -> None:
        self._own = {resource.id.key, *(part.id.key for part in resource.parts())}
        self._links = {(link.source.key, link.target.key) for link in resource.links()}
        # A cluster's pools have no id inside its document, so their links have another source.
        self._of_others = {
            target for source, target in self._links if self._own.isdisjoint({source, target})
        }

    def unaccounted(self, body: Mapping[str, Any], place: str) -> Iterator[_Place]:
        """Yield every id of the document that did not come back."""
        return self._below(body, _Place(place, "", "", ""))

    def _below(self, value: Any, at: _Place) -> Iterator[_Place]:
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._below(
                    item, at._replace(path=f"{at.path}[{number}]", field=f"{at.field}[]")
                )
        elif isinstance(value, dict):
            yield from self._within(value, at)
        elif _id(value) is not None and not self._is_linked(at.owner, value):
            yield at._replace(text=value)

    def _within(self, fields: Mapping[str, Any], at: _Place) -> Iterator[_Place]:
        own = _id(fields.get("id"))
        is_resource = own is not None and len(fields) > 1  # a reference has nothing but an id
        if own is not None and not (is_resource and own.key in self._own):
            if self._is_linked(at.owner, own.text):
                return  # with $expand ARM puts the other document here; it is not this one's
            yield at._replace(path=f"{at.path}.id", field=f"{at.field}.id", text=own.text)
        owner = own.key if own is not None else at.owner
        for name, value in fields.items():
            field = f"{at.field}.{name}".lstrip(".")
            here = _Place(f"{at.path}.{name}", field, owner, name)
            if _id(name) is not None and not self._is_linked(owner, name):
                yield here
            if name != "id" or own is None:
                yield from self._below(value, here)

    def _is_linked(self, owner: str, text: str) -> bool:
        key = ResourceId(text).key
        return not self._links.isdisjoint({(owner, key), (key, owner)}) or key in self._of_others


def _id(value: object) -> ResourceId | None:
    if not isinstance(value, str) or not value.lower().startswith("/subscriptions/"):
        return None
    try:
        return ResourceId(value)
    except ValueError:
        return None


def _let_pass(resource: Resource, field: str) -> str | None:
    """Return the declared field that the place lies in."""
    for declared in NOT_LINKED.get(resource.arm_type, {}):
        if field.startswith((f"{declared}.", f"{declared}[")) or field == declared:
            return declared
    names = (each.removesuffix("[]") for each in field.split("."))
    return next((name for name in names if ELSEWHERE.fullmatch(name)), None)


def check_folder(folder: Path) -> int:
    """Print what became of every file, then a summary; return the exit code."""
    files = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    if not files:
        sys.stderr.write(f"{folder}: no such folder, or no .json file in it\n")
        return 2
    every = []
    for path in files:
        counts = check_file(path)
        every.append(counts)
        name = path.relative_to(folder)
        state = f"{len(counts.failures)} failures" if counts.failures else "ok"
        sys.stdout.write(f"{name}: {state}; {_listed(counts)}\n")
        sys.stdout.writelines(f"  {name}: {each}\n" for each in counts.failures)
    _summarise(every)
    return 1 if any(counts.failures for counts in every) else 0


def _listed(counts: Counts) -> str:
    texts = [f"{count} {kind}" for kind, count in sorted(counts.read.items())]
    others = sorted(counts.others.items())
    texts += [f"{count} of a type not read ({kind})" for kind, count in others]
    return ", ".join(texts) or "nothing in it"


def _summarise(every: Sequence[Counts]) -> None:
    read = sum((counts.read for counts in every), Counter())
    not_linked = sum((counts.not_linked for counts in every), Counter())
    others = sum(counts.others.total() for counts in every)
    failures = sum(len(counts.failures) for counts in every)
    lines = [f"{len(every)} files, {failures} failures, {others} documents of types not read"]
    lines += [f"  {count:6} {kind}" for kind, count in sorted(read.items())]
    lines += ["ids that deliberately make no link:"] if not_linked else []
    for (kind, field), count in sorted(not_linked.items()):
        reason = NOT_LINKED.get(kind, {}).get(field, "leads to what no report shows")
        lines.append(f"  {count:6} {kind} {field}: {reason}")
    sys.stdout.write("\n".join(lines) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.recorded_payloads")
    parser.add_argument("folder", type=Path, help="where the .json files are")
    return check_folder(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    sys.exit(main())
