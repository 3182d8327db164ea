"""The configuration file: what it may hold, and what is said of what it may not."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.config import Config, Ignore, Thresholds, load_config
from inspector.errors import UsageError
from inspector.findings import Severity

WHOLE = """
on-premises = ["10.9.0.0/16", "fd00::/8"]

[severity]
peering-health = "critical"

[thresholds]
subnet-free-percent = 30
host-network-pods = 0

[[ignore]]
check = "peering-health"
reason = "being rebuilt"

[[ignore]]
check = "peering-health"
resource = "to-*"
reason = "known"
expires = 2027-03-31
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "aks-inspector.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(folder: Path, text: str) -> str:
    """Return what is said of a file that cannot be used, without the file's name."""
    path = written(folder, text)
    with pytest.raises(UsageError) as raised:
        load_config(path)
    said = str(raised.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    return said.removeprefix(f"{path}: ")


def test_a_whole_file(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert load_config(path) == Config(
        severity={"peering-health": Severity.CRITICAL},
        thresholds=Thresholds(subnet_free_percent=30, host_network_pods=0),
        on_premises=("10.9.0.0/16", "fd00::/8"),
        ignore=(
            Ignore(check="peering-health", reason="being rebuilt"),
            Ignore(
                check="peering-health",
                resource="to-*",
                reason="known",
                expires=date(2027, 3, 31),
            ),
        ),
        origin=str(path),
    )


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    assert load_config(path) == Config(origin=str(path))


def test_the_settings_name_their_checks_by_key(tmp_path: Path) -> None:
    named = list(load_config(written(tmp_path, WHOLE)).checks_named)
    assert named == [
        ("severity.peering-health", "peering-health"),
        ("ignore[0].check", "peering-health"),
        ("ignore[1].check", "peering-health"),
    ]


IGNORE = '[[ignore]]\ncheck = "peering-health"\n'
WRONG = {
    "no TOML": ("[severity", "not TOML: "),
    "a key twice": ("a = 1\na = 2", "not TOML: "),
    "unknown key": ("onpremises = []", "onpremises: no such key; did you mean on-premises?"),
    "unlike any key": ("xyz = 1", "xyz: no such key; there are ignore, on-premises, severity, thr"),
    "the file's own name": ('origin = "x"', "origin: no such key; "),
    "unknown threshold": (
        "[thresholds]\nsubnet-free = 3",
        "thresholds.subnet-free: no such key; did you mean subnet-free-percent",
    ),
    "snake case": (
        "[thresholds]\nhost_network_pods = 3",
        "thresholds.host_network_pods: no such key; did you mean host-network-pods?",
    ),
    "unknown key of an ignore": (
        f'{IGNORE}reason = "x"\nuntil = 2027-01-01',
        "ignore[0].until: no such key; there are check, expires, reason, resource",
    ),
    "text for a number": (
        '[thresholds]\nhost-network-pods = "3"',
        "thresholds.host-network-pods: expected a whole number",
    ),
    "a fraction": (
        "[thresholds]\nhost-network-pods = 3.5",
        "thresholds.host-network-pods: expected a whole number",
    ),
    "a truth": (
        "[thresholds]\nhost-network-pods = true",
        "thresholds.host-network-pods: expected a whole number",
    ),
    "too many percent": (
        "[thresholds]\nsubnet-free-percent = 101",
        "thresholds.subnet-free-percent: expected a whole number <= 100",
    ),
    "below nothing": (
        "[thresholds]\nretirement-notice-days = -1",
        "thresholds.retirement-notice-days: expected a whole number >= 0",
    ),
    "high before medium": (
        "[thresholds]\nsubnet-free-percent = 5",
        "thresholds: subnet-free-percent-high is above subnet-free-percent; lower it",
    ),
    "thresholds in no table": ("thresholds = 3", "thresholds: expected a table"),
    "unknown severity": (
        '[severity]\npeering-health = "urgent"',
        "severity.peering-health: 'urgent' is none of critical, high, medium, low, info",
    ),
    "a number for a severity": (
        "[severity]\npeering-health = 1",
        "severity.peering-health: 1 is none of critical",
    ),
    "severity in no table": ("severity = 1", "severity: expected a table"),
    "no reason": (IGNORE, "ignore[0]: it has no reason; add it"),
    "an empty reason": (f'{IGNORE}reason = " "', "ignore[0]: the reason is empty; say why"),
    "no check": ('[[ignore]]\nreason = "x"', "ignore[0]: it has no check; add it"),
    "a table for a list": (
        '[ignore]\ncheck = "peering-health"\nreason = "x"',
        "ignore: expected a list",
    ),
    "a date in quotes that is none": (
        f'{IGNORE}reason = "x"\nexpires = "soon"',
        "ignore[0].expires: expected a date like 2027-01-31",
    ),
    "a moment for a date": (
        f'{IGNORE}reason = "x"\nexpires = 2027-01-01T00:00:00Z',
        "ignore[0].expires: expected a date like 2027-01-31",
    ),
    "no range": ('on-premises = ["10.9"]', "'10.9' in on-premises is no range; write 10.9.0.0/16"),
    "one range as text": ('on-premises = "10.9.0.0/16"', "on-premises: expected a list"),
    "a range that is a number": ("on-premises = [10]", "on-premises[0]: expected text in quotes"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_with_key_and_remedy(text: str, words: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, text).startswith(words)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: cannot be read: No such file"):
        load_config(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_config(tmp_path)
    with pytest.raises(UsageError, match="/dev/zero: holds more than 1 MiB"):
        load_config(Path("/dev/zero"))
    path = tmp_path / "latin.toml"
    path.write_bytes(b'on-premises = ["\xff"]')
    with pytest.raises(UsageError, match="not TOML"):
        load_config(path)


KEYS = [*Thresholds.__struct_encode_fields__, "severity", "x"]
VALUES = st.one_of(st.integers(-5, 200), st.sampled_from(["3", ""]), st.booleans(), st.floats(0, 1))


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
def test_thresholds_are_taken_as_they_are_or_refused(values: dict[str, object]) -> None:
    """No other kind of value gets in where a number belongs, and none breaks the program."""
    lines = (f"{key} = {toml(each)}\n" for key, each in values.items())
    with TemporaryDirectory() as folder:
        path = written(Path(folder), f"[thresholds]\n{''.join(lines)}")
        found = taken_or_refused(path)
    if isinstance(found, str):
        assert found.startswith(f"{path}: thresholds")
        assert "\n" not in found
    else:
        assert all(type(each) is int and each >= 0 for each in values.values())
        assert values.items() <= msgspec.to_builtins(found).items()


def taken_or_refused(path: Path) -> Thresholds | str:
    try:
        return load_config(path).thresholds
    except UsageError as error:
        return str(error)


def toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
