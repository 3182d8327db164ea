"""The steps around a move for callers, security rules and routes that name addresses of pods."""

import shlex

import pytest

from fixtures.scenarios import SCENARIOS
from inspector.cluster.move_conditions import Condition
from inspector.planning.moves import Rehearsal, Step, Target
from inspector.planning.moves.effects import ReachChange
from tests.test_moves import PLANTED, of_bundled, ready, rehearsed

CALLERS = "Prepare who calls pods directly"
RULES = "Prepare the security rules for the new addresses of pods"
CLEAN = "Clean up what named the old addresses of pods"


def steps(found: Rehearsal, title: str) -> list[Step]:
    return [each for each in found.steps if each.title == title]


def place(found: Rehearsal, title: str) -> int:
    (step,) = steps(found, title)
    return step.number


@pytest.mark.parametrize("to", Target)
@pytest.mark.parametrize("name", SCENARIOS)
def test_callers_that_may_lose_reach_have_a_step_before_the_move(name: str, to: Target) -> None:
    found = of_bundled(name, to)
    losing = {ReachChange.LOSES, ReachChange.MAY_LOSE}
    callers = [each for each in found.effects.reach.callers if each.change in losing]
    assert bool(steps(found, CALLERS)) is bool(callers and found.steps)
    for step in steps(found, CALLERS):
        updates = [each.number for each in found.steps if each.update]
        assert not updates or step.number < min(updates)


def test_a_gateway_that_loses_reach_is_prepared_for() -> None:
    found = of_bundled("private-udr", Target.OVERLAY)
    (step,) = steps(found, CALLERS)
    assert "Direct reach ends for " in step.effect
    (gateway,) = (e for e in found.conditions if e.id is Condition.GATEWAY_INGRESS)
    assert "as an add-on" in gateway.words


def test_a_rule_names_the_new_range_before_and_the_old_one_no_more_afterwards() -> None:
    found = of_bundled("broken-kubenet", Target.OVERLAY)
    (before,), (after,) = steps(found, RULES), steps(found, CLEAN)
    update = shlex.split(before.commands[0])
    assert update[:5] == ["az", "network", "nsg", "rule", "update"]
    assert update[-3:] == ["--source-address-prefixes", "10.244.0.0/16", "172.16.0.0/16"]
    last = shlex.split(after.commands[-1])
    assert last[-2:] == ["--source-address-prefixes", "172.16.0.0/16"]
    (move,) = (each for each in found.steps if each.update is Target.OVERLAY)
    assert before.number < move.number < after.number
    assert any("route delete" in each and "to-mainframe" in each for each in after.commands)
    assert after.risk is not None


def test_routes_that_go_with_the_table_are_written_before_and_put_back_after() -> None:
    draft = ready()
    PLANTED["route of the user's"][0](draft)
    found = rehearsed(draft.snapshot(), Target.OVERLAY)
    (kept,) = (each for each in found.steps if Condition.ROUTES_LOST in each.settles)
    route = shlex.split(kept.commands[1])
    assert route[route.index("--name") + 1] == "to-firewall"
    assert route[route.index("--next-hop-ip-address") + 1] == "10.200.0.4"
    (back,) = steps(found, CLEAN)
    assert all(each.endswith("--route-table ROUTE_TABLE_ID") for each in back.commands)
    assert kept.number < back.number


def test_a_cluster_that_nobody_calls_has_no_such_steps() -> None:
    found = rehearsed(ready().snapshot(), Target.OVERLAY)
    assert not [each for title in (CALLERS, RULES, CLEAN) for each in steps(found, title)]
