"""A fake ARM in a process of its own, so that it takes no time from the one that collects."""

import argparse
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import trustme

from inspector.snapshot import load_snapshot
from tests.fake_arm import FakeARM


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """Where the fake ARM listens, what it takes to ask it, and how much it holds."""

    endpoint: str
    token: str
    ca_bundle: str
    cluster: str
    documents: int


@contextmanager
def arm_server(path: Path, *, latency_seconds: float, page_size: int) -> Iterator[Service]:
    """Serve a snapshot's file while the context lasts."""
    command = [sys.executable, "-m", "benchmarks.arm_server", str(path)]
    command += [str(latency_seconds), str(page_size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield msgspec.json.decode(process.stdout.readline(), type=Service)
        # Leaving closes its stdin, which ends it.


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arm_server")
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("latency_seconds", type=float)
    parser.add_argument("page_size", type=int)
    options = parser.parse_args()
    snapshot = load_snapshot(options.snapshot)
    authority, token = trustme.CA(), secrets.token_hex(16)
    ca_bundle = options.snapshot.with_suffix(".pem")
    authority.cert_pem.write_to_path(str(ca_bundle))
    with FakeARM(
        snapshot,
        authority.issue_cert("127.0.0.1"),
        token=token,
        page_size=options.page_size,
        latency=lambda: options.latency_seconds,
    ) as arm:
        service = Service(
            endpoint=arm.endpoint,
            token=token,
            ca_bundle=str(ca_bundle),
            cluster=str(snapshot.cluster),
            documents=len(snapshot.documents),
        )
        print(msgspec.json.encode(service).decode(), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
