"""What every test may use: a fake Azure on loopback, and no other network."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import trustme

from inspector.collectors import collect
from inspector.collectors.clouds import private_cloud
from inspector.snapshot import Snapshot
from tests.fake_arm import FakeARM, FakeIdentity

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

_FOREIGN_SETTINGS = ("AZURE_", "IDENTITY_", "MSI_", "IMDS_", "NSS_")
_FOREIGN_NAMES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"} | {
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected reports")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's sign-in, proxies and certificates."""
    for name in os.environ:
        if name.upper() in _FOREIGN_NAMES or name.upper().startswith(_FOREIGN_SETTINGS):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test that connects to any other machine."""
    connect = socket.socket.connect

    def guarded(connecting: socket.socket, address: Any) -> None:
        if connecting.family in {socket.AF_INET, socket.AF_INET6}:
            assert ip_address(address[0]).is_loopback, f"a test connects to {address[0]}"
        connect(connecting, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Return the certificate authority that vouches for the fake ARM."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the file that makes the fake ARM trusted."""
    return _certificate_file(authority, tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def other_ca_bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a file of an authority that does not vouch for the fake ARM."""
    return _certificate_file(trustme.CA(), tmp_path_factory.mktemp("other-authority"))


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA) -> trustme.LeafCert:
    """Return the fake ARM's certificate."""
    return authority.issue_cert("127.0.0.1")


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIdentity]:
    """Run a managed identity endpoint that ``DefaultAzureCredential`` finds."""
    with FakeIdentity() as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def start_arm(
    certificate: trustme.LeafCert, identity: FakeIdentity
) -> Iterator[Callable[..., FakeARM]]:
    """Return a function that starts a fake ARM for a snapshot; it stops with the test."""
    with ExitStack() as running:

        def start(snapshot: Snapshot, **options: Any) -> FakeARM:
            arm = FakeARM(snapshot, certificate, **({"token": identity.token} | options))
            return running.enter_context(arm)

        yield start


def _certificate_file(authority: trustme.CA, folder: Path) -> str:
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def collect_from(ca_bundle: str) -> Callable[..., Snapshot]:
    """Return ``collect`` bound to a fake ARM and to what it serves."""

    def collect_from(arm: FakeARM, served: Snapshot, **options: Any) -> Snapshot:
        defaults: dict[str, Any] = {"ca_bundle": ca_bundle}
        return collect(
            served.cluster,
            cloud=private_cloud(arm.endpoint, "https://arm.test"),
            captured_at=served.captured_at,
            **(defaults | options),
        )

    return collect_from
