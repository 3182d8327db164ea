"""What a user may set: severities, thresholds, ranges beyond Azure, findings to ignore.

The file is TOML; docs/configuration.md, made from these types, describes it.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from inspector.errors import UsageError
from inspector.files import read_limited
from inspector.findings import Severity
from inspector.network.addresses import parse_range

CONFIG_FILE: Final = "aks-inspector.toml"
_MOST_BYTES: Final = 1 << 20
_EXPECTED: Final = {
    "int": "expected a whole number",
    "str": "expected text in quotes",
    "date": "expected a date like 2027-01-31, without quotes",
    "object": "expected a table",
    "array": "expected a list",
}
"""What to write, by the parser's word for what it expected."""


def _whole(meaning: str, most: int | None = None) -> msgspec.Meta:
    """Return what is said of a threshold: its meaning, and that it is not below 0."""
    return msgspec.Meta(description=meaning, ge=0, le=most)


def _percent(meaning: str) -> msgspec.Meta:
    return _whole(meaning, most=100)


class Thresholds(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """Where a check begins to complain; percentages are whole numbers.

    Raises ``ValueError`` if a subnet's finding would be high before it is medium.
    """

    subnet_free_percent: Annotated[
        int, _percent("free addresses of a subnet below which a finding is medium")
    ] = 20
    subnet_free_percent_high: Annotated[
        int, _percent("free addresses of a subnet below which that finding is high")
    ] = 10
    pod_cidr_used_percent: Annotated[
        int, _percent("node slices of the pod CIDR in use at scale above which a finding is made")
    ] = 80
    foreign_devices_percent: Annotated[
        int, _percent("addresses of a subnet that unknown devices may take")
    ] = 10
    rules_per_interface_percent: Annotated[
        int, _percent("load balancing rules for one interface, of Azure's limit")
    ] = 80
    security_rule_priorities_percent: Annotated[
        int, _percent("priorities, rules and addresses of a security group, of Azure's limits")
    ] = 90
    host_network_pods: Annotated[
        int, _whole("pods without an address of their own that a node of a node subnet may have")
    ] = 10
    retirement_notice_days: Annotated[
        int, _whole("days before a retirement from which on it is more than a note")
    ] = 365

    def __post_init__(self) -> None:
        if self.subnet_free_percent_high > self.subnet_free_percent:
            raise ValueError("subnet-free-percent-high is above subnet-free-percent; lower it")


class Ignore(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Findings of a check that are known and accepted, on the resources of a pattern.

    ``resource`` is a shell pattern for the whole ARM id or for the portal's name of the resource,
    without regard to case. ``expires`` is the last day it counts. Raises ``ValueError`` without a
    reason.
    """

    check: str
    reason: str
    resource: str = "*"
    expires: date | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("the reason is empty; say why the finding is accepted")


class Config(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Everything a user may set; without a file every value is its default.

    ``severity`` has the severity of a check's findings by the check's id. ``on_premises`` are
    ranges in use beyond Azure. ``origin`` names the file, and is no key of it. Raises
    ``ValueError`` for a range that is none.
    """

    severity: Mapping[str, Severity] = {}
    thresholds: Thresholds = Thresholds()
    on_premises: tuple[str, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    origin: str | None = None

    def __post_init__(self) -> None:
        for each in self.on_premises:
            try:
                parse_range(each)
            except ValueError:
                raise ValueError(
                    f"{each!r} in on-premises is no range; write 10.9.0.0/16"
                ) from None

    @property
    def checks_named(self) -> Iterator[tuple[str, str]]:
        """The ids of checks that the settings name, each behind its key."""
        yield from ((f"severity.{each}", each) for each in self.severity)
        yield from ((f"ignore[{n}].check", each.check) for n, each in enumerate(self.ignore))


def load_config(path: Path) -> Config:
    """Read a configuration file.

    Raises ``UsageError``, one line that names file, key and what to do. Whether the checks it
    names exist is asked when they are run.
    """
    content = read_limited(path, _MOST_BYTES)
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from None
    for key, wrong in _wrong_keys(document):
        raise UsageError(f"{path}: {key}: {wrong}")
    try:
        config = msgspec.convert(document, Config)
    except msgspec.ValidationError as error:
        wrong, _, place = str(error).partition(" - at `$.")
        key = f"{place.rstrip('`')}: " if place else ""
        raise UsageError(f"{path}: {key}{_in_words(wrong)}") from None
    return msgspec.structs.replace(config, origin=str(path))


def near(word: str, words: Iterable[str], otherwise: str | None = None) -> str:
    """Return what to say of a word that is none of the known ones: the nearest ones.

    If none is near it is ``otherwise``, and without that all of them.
    """
    known = sorted(words)
    found = get_close_matches(word, known)
    if found:
        return f"did you mean {' or '.join(found)}?"
    return otherwise or f"there are {', '.join(known)}"


def _wrong_keys(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key that is no setting and each severity that is none, with what to write."""
    settings = {*Config.__struct_encode_fields__} - {"origin"}
    places: list[tuple[str, Any, set[str]]] = [("", document, settings)]
    places.append(
        ("thresholds.", document.get("thresholds"), {*Thresholds.__struct_encode_fields__})
    )
    ignored = document.get("ignore")
    for number, each in enumerate(ignored if isinstance(ignored, list) else ()):
        places.append((f"ignore[{number}].", each, {*Ignore.__struct_encode_fields__}))
    for place, table, known in places:
        for key in table if isinstance(table, dict) else ():
            if key not in known:
                yield f"{place}{key}", f"no such key; {near(key, known)}"
    severities = document.get("severity")
    for check, severity in severities.items() if isinstance(severities, dict) else ():
        if severity not in {*Severity}:
            yield f"severity.{check}", f"{severity!r} is none of {', '.join(Severity)}"


def _in_words(wrong: str) -> str:
    bound = re.search(r"[<>]= \d+", wrong)
    if bound is not None:
        return f"expected a whole number {bound.group()}"
    expected = re.match(r"Expected `(\w+)", wrong)
    if expected is not None:
        return _EXPECTED.get(expected.group(1), wrong)
    if "date" in wrong:
        return _EXPECTED["date"]
    missing = re.match(r"Object missing required field `(\w+)`", wrong)
    return f"it has no {missing.group(1)}; add it" if missing is not None else wrong
