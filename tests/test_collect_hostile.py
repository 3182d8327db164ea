"""What an ARM that means harm, or a proxy in front of it, can make a collection do."""

from http import HTTPStatus

import pytest

from inspector.collectors.azure import RefusedRequest, _origin
from inspector.snapshot import GapReason
from tests.fake_arm import page, small_cluster
from tests.fake_arm.answers import Answer
from tests.test_collect_live import BALANCERS, Collect, StartARM, gaps_by_listing

DECEPTIVE = [
    "https://{other}\\@{arm}/x?api-version=1",
    "https://{arm}@{other}/x?api-version=1",
    "https://{other}#@{arm}/x?api-version=1",
    "https:/\\{other}/x?api-version=1",
    "//{other}/x?api-version=1",
    "https://[::1/x",
    "https://{arm}:99999999/x",
    "https://{arm}/x?$skiptoken={{}}",
    "https://{arm}/{{a}}?api-version=1",
    "https://{arm}/x\r\nHost: {other}",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("link", DECEPTIVE)
def test_a_deceptive_link_is_a_gap_and_gets_no_token(
    link: str, start_arm: StartARM, collect_from: Collect
) -> None:
    served = small_cluster()
    arm, elsewhere = start_arm(served), start_arm(served)
    hosts = (each.endpoint.removeprefix("https://") for each in (arm, elsewhere))
    target = link.format(**dict(zip(("arm", "other"), hosts, strict=True)))
    arm.script("/loadBalancers", page((), target))
    gaps = gaps_by_listing(collect_from(arm, served))
    assert gaps.keys() == {BALANCERS}
    assert gaps[BALANCERS].reason is GapReason.FAILED
    assert elsewhere.received == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://management.azure.com/x?y=$z", ("management.azure.com", 443)),
        ("https://Management.Azure.com:443", ("management.azure.com", 443)),
        ("https://[fd00::1]:8443/x", ("[fd00::1]", 8443)),
    ],
)
def test_plain_urls_have_one_origin(url: str, expected: tuple[str, int]) -> None:
    assert _origin(url) == expected


@pytest.mark.parametrize("url", ["http://a/x", "https://", "https://a b/", "https://ä/", ""])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(RefusedRequest, match="plain https URL"):
        _origin(url)


def test_a_404_that_is_not_arms_proves_nothing(start_arm: StartARM, collect_from: Collect) -> None:
    served = small_cluster()
    arm = start_arm(served)
    arm.script("/loadBalancers", Answer(status=HTTPStatus.NOT_FOUND, body=b"<html>proxy</html>"))
    collected = collect_from(arm, served)
    gaps = gaps_by_listing(collected)
    assert gaps[BALANCERS].status == HTTPStatus.NOT_FOUND
    assert all(each.type != BALANCERS for each in collected.listings)


def test_a_netrc_entry_does_not_replace_the_token(
    start_arm: StartARM,
    collect_from: Collect,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    served = small_cluster()
    assert collect_from(start_arm(served), served).gaps == ()
