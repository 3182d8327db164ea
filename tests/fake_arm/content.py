"""What a cluster's ARM would answer, worked out from a snapshot of it."""

from http import HTTPStatus

import msgspec

from inspector.resource_id import ResourceId
from inspector.snapshot import Gap, Listing, Snapshot


class Refusal(msgspec.Struct, frozen=True):
    """ARM's answer other than 200."""

    status: int
    code: str
    message: str


class Content:
    """Resources and lists by path, in any casing.

    A gap of the snapshot that has a status is refused as it was then.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._documents = {each.key: raw for each, raw in snapshot.documents.items()}
        self._lists = {
            _list_path(each.scope, each.type): _items(snapshot, each) for each in snapshot.listings
        }
        self._refusals = {
            _gap_path(gap): Refusal(gap.status, gap.code or "", gap.message)
            for gap in snapshot.gaps
            if gap.status is not None
        }
        scopes = {each.scope for each in snapshot.listings}
        known = {*snapshot.documents, *snapshot.absent, *scopes}
        self._subscriptions = {each.subscription.lower() for each in known}
        present = {*snapshot.documents, *(scope for scope in scopes if _is_group(scope))}
        groups = (each.resource_group_id for each in present)
        self._groups = {group.key for group in groups if group is not None}

    def find(self, path: str) -> msgspec.Raw | tuple[msgspec.Raw, ...] | Refusal:
        """Return the document, the whole list, or why there is neither."""
        key = path.lower().rstrip("/")
        if key in self._refusals:
            return self._refusals[key]
        if key in self._lists:
            return self._lists[key]
        if key in self._documents:
            return self._documents[key]
        return self._missing(key)

    def _missing(self, key: str) -> tuple[msgspec.Raw, ...] | Refusal:
        is_list = bool(key.count("/") % 2)
        if is_list:
            key = key.rsplit("/providers/", 1)[0] if _is_in_group(key) else key.rsplit("/", 1)[0]
        wanted = ResourceId(key)
        group = wanted.resource_group_id
        if wanted.subscription not in self._subscriptions:
            message = f"The subscription '{wanted.subscription}' could not be found."
            return Refusal(HTTPStatus.NOT_FOUND, "SubscriptionNotFound", message)
        if group is None or group.key not in self._groups:
            message = f"Resource group '{wanted.resource_group}' could not be found."
            return Refusal(HTTPStatus.NOT_FOUND, "ResourceGroupNotFound", message)
        if is_list and (key in self._groups or key in self._documents):
            return ()
        message = (
            f"The Resource '{wanted.type}/{wanted.name}' under resource group "
            f"'{wanted.resource_group}' was not found."
        )
        return Refusal(HTTPStatus.NOT_FOUND, "ResourceNotFound", message)


def _items(snapshot: Snapshot, listing: Listing) -> tuple[msgspec.Raw, ...]:
    """Return the list's documents, last one first: ARM promises no order."""
    documents = tuple(snapshot.documents[each] for each in reversed(listing.ids))
    return documents + listing.entries


def _gap_path(gap: Gap) -> str:
    return gap.target.key if gap.listing is None else _list_path(gap.target, gap.listing)


def _list_path(scope: ResourceId, kind: str) -> str:
    segment = kind.rsplit("/", 1)[1]
    if _is_group(scope) and segment != "resources":
        segment = f"providers/{kind}"
    return f"{scope.key}/{segment}".lower()


def _is_group(scope: ResourceId) -> bool:
    return scope.key.count("/") == 4


def _is_in_group(key: str) -> bool:
    """Tell a list of a group's resources (two segments after ``providers``) from a child list."""
    return key.count("/") == 7 and "/providers/" in key
