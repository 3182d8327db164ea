"""Kubernetes versions as AKS writes them."""

import pytest

from inspector.network.kubernetes_versions import minor_version


@pytest.mark.parametrize(
    ("texts", "minor"),
    [
        (("1.31.10",), 31),
        (("1.31",), 31),
        (("1.17.13", "1.18.0"), 17),
        ((None, "", "1.9.6"), 9),
        (("latest", "1.30"), 30),
        (("1.34.0-beta.1",), 34),
        (("2.0.0",), None),
        (("1.",), None),
        (("v1.30",), None),
        ((None,), None),
        ((), None),
    ],
)
def test_the_minor_number_is_that_of_the_first_version(
    texts: tuple[str | None, ...], minor: int | None
) -> None:
    assert minor_version(*texts) == minor
