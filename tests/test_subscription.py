"""Which subscription is meant, with the Azure CLI's profile as it is on disk."""

import json
from pathlib import Path

import pytest

from inspector.cli.subscription import resolve_subscription
from inspector.errors import UsageError

SHOP = "11111111-1111-1111-1111-111111111111"
BANK = "22222222-2222-2222-2222-222222222222"
OTHER = "33333333-3333-3333-3333-333333333333"


def profile(
    folder: Path, *, default: str | None = BANK, encoding: str = "utf-8-sig"
) -> dict[str, str]:
    """Write what ``az login`` leaves behind; return the environment that leads to it."""
    known = [
        {"id": each, "name": name, "isDefault": each == default, "state": "Enabled"}
        for each, name in ((SHOP, "Shop Dev"), (BANK, "Bank"))
    ]
    text = json.dumps({"installationId": "x", "subscriptions": known})
    (folder / "azureProfile.json").write_text(text, encoding=encoding)
    return {"AZURE_CONFIG_DIR": str(folder)}


def test_an_id_is_itself_without_any_profile() -> None:
    assert resolve_subscription(SHOP, {}) == SHOP
    assert resolve_subscription(SHOP.upper(), {}) == SHOP.upper()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("given", ["Shop Dev", "shop dev"])
def test_a_name_is_looked_up(tmp_path: Path, given: str, encoding: str) -> None:
    assert resolve_subscription(given, profile(tmp_path, encoding=encoding)) == SHOP


def test_nothing_means_the_cli_s_current_subscription(tmp_path: Path) -> None:
    assert resolve_subscription(None, profile(tmp_path)) == BANK


def test_the_variable_goes_before_the_profile(tmp_path: Path) -> None:
    environment = profile(tmp_path) | {"AZURE_SUBSCRIPTION_ID": OTHER}
    assert resolve_subscription(None, environment) == OTHER
    assert resolve_subscription("Bank", environment) == BANK
    assert resolve_subscription(None, environment | {"AZURE_SUBSCRIPTION_ID": "Shop Dev"}) == SHOP


def test_the_profile_is_found_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".azure").mkdir()
    profile(tmp_path / ".azure")
    assert resolve_subscription(None, {}) == BANK


def test_an_unknown_name_is_an_error_and_never_the_default(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'Shop' is neither an id nor a name"):
        resolve_subscription("Shop", profile(tmp_path))


def test_without_a_default_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no subscription: give -s"):
        resolve_subscription(None, profile(tmp_path, default=None))


def test_without_a_profile_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="AZURE_SUBSCRIPTION_ID, or run 'az login'"):
        resolve_subscription(None, {"AZURE_CONFIG_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    "junk",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"subscriptions": null}', b'{"subscriptions": [{"id": 7}]}'],
    ids=repr,
)
def test_a_damaged_profile_is_as_good_as_none(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "azureProfile.json").write_bytes(junk)
    environment = {"AZURE_CONFIG_DIR": str(tmp_path)}
    with pytest.raises(UsageError, match="no subscription"):
        resolve_subscription(None, environment)
    with pytest.raises(UsageError, match="neither an id nor a name"):
        resolve_subscription("Bank", environment)


def test_a_folder_in_the_profile_s_place_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "azureProfile.json").mkdir()
    with pytest.raises(UsageError, match="no subscription"):
        resolve_subscription(None, {"AZURE_CONFIG_DIR": str(tmp_path)})
