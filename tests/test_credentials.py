"""One sign-in for all the threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AzureCliCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from inspector.collectors.clouds import CLOUDS, CloudName
from inspector.collectors.credential_kind import CredentialKind
from inspector.collectors.credentials import SharedCredential, make_credential
from inspector.errors import AuthenticationError

SCOPE = "https://arm.test/.default"
THREADS = 32
HOUR = 3600


class SignIn:
    """A credential that counts, and takes its time so that the others come up behind."""

    def __init__(self, *lifetimes: float, failure: Exception | None = None) -> None:
        self._lifetimes = list(lifetimes)
        self._failure = failure
        self.asked: list[tuple[tuple[str, ...], dict[str, Any]]] = []

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self.asked.append((scopes, options))
        time.sleep(0.02)
        if self._failure is not None:
            raise self._failure
        lifetime = self._lifetimes.pop(0)
        return AccessToken(f"token {len(self.asked)}", int(time.time() + lifetime))


def from_many_threads(credential: SharedCredential) -> list[str]:
    """Return what each of 32 threads gets that ask in the same instant."""
    start = threading.Barrier(THREADS)

    def ask(_: int) -> str:
        start.wait(timeout=10)
        try:
            return credential.get_token(SCOPE).token
        except ClientAuthenticationError as error:
            return f"failed: {error.message}"

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(ask, range(THREADS)))


def test_all_threads_share_one_token() -> None:
    sign_in = SignIn(HOUR)
    assert from_many_threads(SharedCredential(sign_in)) == ["token 1"] * THREADS
    assert sign_in.asked == [((SCOPE,), {})]


def test_a_failure_is_kept() -> None:
    """Otherwise each thread would wait for its own failing sign-in in turn."""
    sign_in = SignIn(failure=ClientAuthenticationError("no account"))
    assert from_many_threads(SharedCredential(sign_in)) == ["failed: no account"] * THREADS
    assert len(sign_in.asked) == 1


def test_a_token_is_renewed_shortly_before_its_end() -> None:
    sign_in = SignIn(60, HOUR)
    shared = SharedCredential(sign_in)
    assert [shared.get_token(SCOPE).token for _ in range(3)] == ["token 1", "token 2", "token 2"]


def test_each_scope_has_its_token() -> None:
    shared = SharedCredential(SignIn(HOUR, HOUR))
    scopes = (SCOPE, "https://other.test/.default", SCOPE)
    assert [shared.get_token(scope).token for scope in scopes] == ["token 1", "token 2", "token 1"]


@pytest.mark.parametrize("option", ["claims", "tenant_id"])
def test_a_token_for_a_challenge_is_not_shared(option: str) -> None:
    sign_in = SignIn(HOUR, HOUR, HOUR)
    shared = SharedCredential(sign_in)
    shared.get_token(SCOPE)
    tokens = (shared.get_token(SCOPE, **{option: "asked for"}), shared.get_token(SCOPE))
    assert [each.token for each in tokens] == ["token 2", "token 1"]
    assert sign_in.asked[-1] == ((SCOPE,), {option: "asked for"})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (CredentialKind.DEFAULT, DefaultAzureCredential),
        (CredentialKind.CLI, AzureCliCredential),
        (CredentialKind.ENVIRONMENT, EnvironmentCredential),
        (CredentialKind.MANAGED_IDENTITY, ManagedIdentityCredential),
        (CredentialKind.WORKLOAD_IDENTITY, WorkloadIdentityCredential),
    ],
)
def test_each_kind_makes_its_credential(
    kind: CredentialKind, expected: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.setenv(name, "00000000-0000-0000-0000-000000000001")
    credential = make_credential(kind, CLOUDS[CloudName.USGOV], None, None)
    credential.close()
    assert type(credential) is expected


def test_an_environment_without_a_workload_identity() -> None:
    with pytest.raises(AuthenticationError, match=r"could not sign in: .*tenant_id"):
        make_credential(CredentialKind.WORKLOAD_IDENTITY, CLOUDS[CloudName.PUBLIC], None, None)
