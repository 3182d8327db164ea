"""ResourceId: its parts, what is above it, and equality without regard to case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.resource_id import ResourceId, as_segment
from inspector.resources import SCALE_SET_INTERFACE_TYPE

GROUP = "/subscriptions/sub-1/resourceGroups/MC_rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vn"
SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/np-vmss"
INTERFACE = f"{SCALE_SET}/virtualMachines/0/networkInterfaces/np-vmss"

segments = st.sampled_from(
    ["providers", "resourceGroups", "subscriptions", "subnets", "vn", "a.b_c-(1)", "0"]
)
pairs = st.lists(st.tuples(st.sampled_from(["subnets", "ipConfigurations"]), segments), max_size=3)


@st.composite
def ids(draw: st.DrawFn) -> str:
    below = "".join(f"/{kind}/{name}" for kind, name in draw(pairs))
    group = f"/subscriptions/{draw(segments)}/resourceGroups/{draw(segments)}"
    return f"{group}/providers/Microsoft.Network/virtualNetworks/{draw(segments)}{below}"


@st.composite
def recased(draw: st.DrawFn, text: str) -> str:
    raised = draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    pairs = zip(text, raised, strict=True)
    return "".join(each.upper() if is_raised else each.lower() for each, is_raised in pairs)


@pytest.mark.parametrize(
    ("text", "arm_type", "name", "group"),
    [
        ("/subscriptions/sub-1", "Microsoft.Resources/subscriptions", "sub-1", None),
        (GROUP, "Microsoft.Resources/resourceGroups", "MC_rg", "MC_rg"),
        (GROUP.lower(), "Microsoft.Resources/resourceGroups", "mc_rg", "mc_rg"),
        (NETWORK, "Microsoft.Network/virtualNetworks", "vn", "MC_rg"),
        (f"{NETWORK}/subnets/s", "Microsoft.Network/virtualNetworks/subnets", "s", "MC_rg"),
        (
            f"{INTERFACE}/ipConfigurations/ipconfig1",
            f"{SCALE_SET_INTERFACE_TYPE}/ipConfigurations",
            "ipconfig1",
            "MC_rg",
        ),
        (
            f"{NETWORK}/providers/Microsoft.Insights/diagnosticSettings/d",
            "Microsoft.Insights/diagnosticSettings",
            "d",
            "MC_rg",
        ),
        (
            NETWORK.replace("MC_rg", "providers"),
            "Microsoft.Network/virtualNetworks",
            "vn",
            "providers",
        ),
    ],
)
def test_parts(text: str, arm_type: str, name: str, group: str | None) -> None:
    resource_id = ResourceId(text)
    assert resource_id.subscription == "sub-1"
    assert resource_id.resource_group == group
    assert resource_id.type == arm_type
    assert resource_id.name == name
    assert str(resource_id) == text
    above = resource_id.resource_group_id
    assert str(above) == (text.split("/providers/M", maxsplit=1)[0] if group else "None")


def test_parents_lead_to_the_subscription() -> None:
    chain = [ResourceId(f"{INTERFACE}/ipConfigurations/c")]
    while (above := chain[-1].parent) is not None:
        chain.append(above)
    assert [str(each) for each in chain] == [
        f"{INTERFACE}/ipConfigurations/c",
        INTERFACE,
        f"{SCALE_SET}/virtualMachines/0",
        SCALE_SET,
        GROUP,
        "/subscriptions/sub-1",
    ]


def test_what_an_extension_extends_is_its_parent() -> None:
    extension = ResourceId(f"{NETWORK}/providers/Microsoft.Insights/diagnosticSettings/d")
    assert extension.parent == ResourceId(NETWORK)


def test_ancestor_is_found_by_type_in_any_case() -> None:
    here = ResourceId(f"{INTERFACE}/ipConfigurations/c")
    found = here.ancestor("microsoft.compute/VIRTUALMACHINESCALESETS")
    assert found == ResourceId(SCALE_SET)
    assert here.ancestor("Microsoft.Network/virtualNetworks") is None
    assert here.ancestor(here.type) is here


@given(ids(), st.data())
def test_any_casing_is_the_same_id(text: str, data: st.DataObject) -> None:
    left, right = ResourceId(text), ResourceId(data.draw(recased(text)))
    assert left == right
    assert hash(left) == hash(right)
    assert left.parent == right.parent
    assert left.type.lower() == right.type.lower()
    assert not left < right
    assert not right < left
    assert {left: 1}[right] == 1


@given(ids(), segments, segments)
def test_a_child_is_below_its_parent(text: str, kind: str, name: str) -> None:
    parent = ResourceId(text)
    if kind == "providers":
        return
    child = parent.child(kind, name)
    assert child.parent == parent
    assert child.name == name
    assert child.type == f"{parent.type}/{kind}"
    assert child != parent


@given(ids(), ids())
def test_different_text_is_a_different_id(left: str, right: str) -> None:
    assert (ResourceId(left) == ResourceId(right)) is (left.lower() == right.lower())


def test_an_id_equals_no_text_and_no_trailing_slash_counts() -> None:
    assert ResourceId(GROUP) != GROUP
    assert ResourceId(GROUP + "/") == ResourceId(GROUP)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/subscriptions",
        "/subscriptions/",
        "subscriptions/sub-1",
        "/providers/Microsoft.Network/virtualNetworks/vn",
        f"{NETWORK}/subnets",
        f"{GROUP}//providers/Microsoft.Network/virtualNetworks",
        "https://management.azure.com/subscriptions/sub-1",
        "aks-shop",
    ],
)
def test_junk_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an ARM resource id"):
        ResourceId(text)


@given(st.text(max_size=400))
def test_any_name_can_stand_in_an_id(name: str) -> None:
    segment = as_segment(name)
    child = ResourceId("/subscriptions/s/resourceGroups/g").child("things", segment)
    assert child.name == segment
    assert as_segment(segment) == segment


@pytest.mark.parametrize("name", ["nodepool1", "a.b", "MC_rg_aks_westeurope", "..."])
def test_a_plain_name_stays_as_it_is(name: str) -> None:
    assert as_segment(name) == name


def test_different_odd_names_stay_different() -> None:
    assert len({as_segment(name) for name in ("a/b", "a", "b", ".", "..", "")}) == 6
