"""Signing in: which credential, and one token for all the threads."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from azure.core.credentials import AccessToken, TokenCredential
from azure.identity import (
    AzureCliCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from inspector.collectors.clouds import Cloud
from inspector.collectors.credential_kind import CredentialKind
from inspector.errors import AuthenticationError

_RENEW_BEFORE_SECONDS: Final = 300


class OwnCredential(TokenCredential, Protocol):
    """A credential whose connections are ours to close."""

    def close(self) -> None:
        """Close its connections."""


def make_credential(
    kind: CredentialKind, cloud: Cloud, client_id: str | None, ca_bundle: str | None
) -> OwnCredential:
    """Return the credential of the given kind for the cloud.

    ``client_id`` names a user-assigned managed identity. Nothing is contacted yet. Raises
    ``AuthenticationError`` when the environment lacks what the kind needs.
    """
    options: dict[str, Any] = {"connection_verify": ca_bundle} if ca_bundle else {}
    signed_in_at = {"authority": cloud.authority} if cloud.authority else {}
    makers: dict[CredentialKind, Callable[[], OwnCredential]] = {
        CredentialKind.DEFAULT: lambda: DefaultAzureCredential(**signed_in_at, **options),
        CredentialKind.CLI: AzureCliCredential,
        CredentialKind.ENVIRONMENT: lambda: EnvironmentCredential(**signed_in_at, **options),
        CredentialKind.MANAGED_IDENTITY: lambda: ManagedIdentityCredential(
            client_id=client_id, **options
        ),
        CredentialKind.WORKLOAD_IDENTITY: lambda: WorkloadIdentityCredential(
            **signed_in_at, **options
        ),
    }
    try:
        return makers[kind]()
    except ValueError as error:
        raise AuthenticationError(f"could not sign in: {' '.join(str(error).split())}") from None


class SharedCredential:
    """A credential asked once, however many threads want its token.

    Without it every one of the parallel requests starts the sign-in anew, and the Azure CLI's
    credential starts a process each time. A failure is kept as well: it will not get better.
    """

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._failure: Exception | None = None

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token valid for some minutes at least, as azure-core asks for it.

        A request with a claims challenge or for another tenant goes straight to the credential.
        """
        if options.get("claims") or options.get("tenant_id"):
            return self._credential.get_token(*scopes, **options)
        with self._lock:
            if self._failure is not None:
                raise self._failure
            token = self._tokens.get(scopes)
            if token is None or token.expires_on - time.time() < _RENEW_BEFORE_SECONDS:
                token = self._tokens[scopes] = self._ask(*scopes)
            return token

    def _ask(self, *scopes: str) -> AccessToken:
        try:
            return self._credential.get_token(*scopes)
        except Exception as error:  # whatever it was, the next thread is told without a retry
            self._failure = error
            raise
