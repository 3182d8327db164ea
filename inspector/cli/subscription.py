"""Which subscription is meant when the command line gives a name, or nothing."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from inspector.errors import UsageError

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class _Subscription(msgspec.Struct):
    id: str
    name: str = ""
    is_default: bool = msgspec.field(name="isDefault", default=False)


class _AzureProfile(msgspec.Struct):
    subscriptions: tuple[_Subscription, ...] = ()


def resolve_subscription(given: str | None, environment: Mapping[str, str]) -> str:
    """Return the subscription id for an id, a name, or nothing at all.

    Nothing means ``AZURE_SUBSCRIPTION_ID``, else the Azure CLI's current subscription. A name is
    looked up among the subscriptions the Azure CLI knows. Raises ``UsageError``.
    """
    wanted = given or environment.get("AZURE_SUBSCRIPTION_ID")
    if wanted and _GUID.fullmatch(wanted):
        return wanted
    known = _known_subscriptions(environment)
    if wanted:
        for each in known:
            if each.name.lower() == wanted.lower():
                return each.id
        raise UsageError(
            f"subscription {wanted!r} is neither an id nor a name the Azure CLI knows; "
            "see 'az account list'"
        )
    for each in known:
        if each.is_default:
            return each.id
    raise UsageError(
        "no subscription: give -s/--subscription, set AZURE_SUBSCRIPTION_ID, or run 'az login'"
    )


def _known_subscriptions(environment: Mapping[str, str]) -> tuple[_Subscription, ...]:
    """Return what the Azure CLI keeps in its profile; nothing if it was never signed in."""
    folder = environment.get("AZURE_CONFIG_DIR")
    path = (Path(folder) if folder else Path.home() / ".azure") / "azureProfile.json"
    try:
        text = path.read_text(encoding="utf-8-sig")  # the CLI writes a byte order mark
        return msgspec.json.decode(text, type=_AzureProfile).subscriptions
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        return ()
