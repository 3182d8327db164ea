"""Choosing checks by id and by group, and naming what there is none of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checks import all_checks
from inspector.config import Config, Ignore
from inspector.errors import UsageError
from inspector.findings import Group, Severity
from inspector.selection import choose_checks, find_check, require_known_checks

IDS = [each.id for each in all_checks()]
GROUPS = {each: [check.id for check in all_checks() if check.group is each] for each in Group}
NAMES = st.lists(st.sampled_from([*IDS, *map(str, Group)]), max_size=4)


def members(names: list[str]) -> set[str]:
    return {each for name in names for each in (GROUPS[Group(name)] if name in GROUPS else [name])}


def test_without_a_choice_every_check_is_chosen() -> None:
    assert choose_checks() == all_checks()


@given(NAMES, NAMES)
def test_what_is_selected_and_not_ignored_is_chosen_by_id(
    select: list[str], ignore: list[str]
) -> None:
    expected = (members(select) if select else set(IDS)) - members(ignore)
    if expected:
        assert [each.id for each in choose_checks(select, ignore)] == sorted(expected)
    else:
        with pytest.raises(UsageError, match="no check is left"):
            choose_checks(select, ignore)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("peering-helth", "no check or group 'peering-helth'; did you mean peering-health?"),
        ("route", "no check or group 'route'; did you mean routes"),
        ("qqqq", "no check or group 'qqqq'; 'aks-inspector explain' lists them all"),
    ],
)
def test_a_name_of_nothing_is_refused_with_what_is_near(name: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        choose_checks([name])
    assert str(raised.value).startswith(words)
    with pytest.raises(UsageError):
        choose_checks(["peering-health"], [name])


def test_a_check_is_found_by_its_id_alone() -> None:
    assert find_check("peering-health").id == "peering-health"
    with pytest.raises(UsageError, match="no check 'routes'"):
        find_check("routes")
    with pytest.raises(UsageError, match="did you mean peering-health"):
        find_check("peering_health")


def test_settings_must_name_checks_that_there_are() -> None:
    known = Ignore(check="peering-health", reason="x")
    require_known_checks(Config(severity={"peering-health": Severity.LOW}, ignore=(known,)))
    with pytest.raises(UsageError, match=r"^severity\.peering: no check 'peering'; did you mean p"):
        require_known_checks(Config(severity={"peering": Severity.LOW}))
    unknown = Ignore(check="peering", reason="x")
    with pytest.raises(UsageError, match=r"^a\.toml: ignore\[1\]\.check: no check 'peering'; "):
        require_known_checks(Config(ignore=(known, unknown), origin="a.toml"))
