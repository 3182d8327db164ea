"""Where ARM is."""

from urllib.parse import urlsplit

import pytest

from inspector.collectors.clouds import CLOUDS, Cloud, CloudName, private_cloud
from inspector.errors import UsageError


def test_every_name_has_a_cloud_over_https() -> None:
    assert set(CLOUDS) == set(CloudName)
    for cloud in CLOUDS.values():
        assert urlsplit(cloud.endpoint).scheme == "https"
        assert cloud.authority is not None
        assert "/" not in cloud.authority


def test_the_scopes() -> None:
    assert {name: cloud.scope for name, cloud in CLOUDS.items()} == {
        CloudName.PUBLIC: "https://management.azure.com/.default",
        CloudName.USGOV: "https://management.core.usgovcloudapi.net/.default",
        CloudName.CHINA: "https://management.chinacloudapi.cn/.default",
    }


def test_a_private_cloud_is_its_own_audience() -> None:
    expected = Cloud(endpoint="https://arm.local:8443", audience="https://arm.local:8443")
    assert private_cloud("https://arm.local:8443/", None) == expected
    assert expected.scope == "https://arm.local:8443/.default"


def test_a_private_cloud_with_an_audience() -> None:
    cloud = private_cloud("https://127.0.0.1:8443", "https://arm.test/")
    assert (cloud.audience, cloud.scope) == ("https://arm.test/", "https://arm.test/.default")
    assert cloud.authority is None


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://arm.local",
        "HTTP://127.0.0.1",
        "arm.local",
        "//arm.local",
        "https://",
        "https:///subscriptions",
        "https://:8443",
        "https://arm.local:0",
        "https://arm.local:99999",
        "https://arm.local:port",
        "https://[::1",
        "https://arm.local?api-version=1",
        "https://arm.local#here",
        "",
    ],
)
def test_junk_is_refused(endpoint: str) -> None:
    with pytest.raises(UsageError) as raised:
        private_cloud(endpoint, None)
    assert repr(endpoint) in str(raised.value)
