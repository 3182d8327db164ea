"""Which checks to run: by id, by group, and never by a name that is neither."""

from collections.abc import Iterable, Iterator
from typing import Final

from inspector.checking import Check
from inspector.checks import all_checks
from inspector.config import Config, near
from inspector.errors import UsageError
from inspector.findings import Group

_LISTED: Final = "'aks-inspector explain' lists them all"


def choose_checks(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Check, ...]:
    """Return the checks of the selected ids and groups, all if there are none, less the ignored.

    They come by id. Raises ``UsageError`` for a name that is neither an id nor a group, and when
    no check is left.
    """
    wanted, unwanted = tuple(select), set(_ids(ignore))
    chosen = set(_ids(wanted)) if wanted else {each.id for each in all_checks()}
    left = tuple(each for each in all_checks() if each.id in chosen - unwanted)
    if not left:
        raise UsageError("every check that is selected is ignored as well; no check is left")
    return left


def find_check(name: str) -> Check:
    """Return the check of an id. Raises ``UsageError`` with the nearest ids if there is none."""
    found = next((each for each in all_checks() if each.id == name), None)
    if found is None:
        known = (each.id for each in all_checks())
        raise UsageError(f"no check {name!r}; {near(name, known, _LISTED)}")
    return found


def require_known_checks(config: Config) -> None:
    """Raise ``UsageError`` if the settings name a check that there is none of."""
    known = {each.id for each in all_checks()}
    for key, name in config.checks_named:
        if name not in known:
            place = f"{config.origin}: " if config.origin else ""
            raise UsageError(f"{place}{key}: no check {name!r}; {near(name, known, _LISTED)}")


def _ids(names: Iterable[str]) -> Iterator[str]:
    known = {each.id for each in all_checks()}
    for name in names:
        if name in known:
            yield name
        elif name in {*Group}:
            yield from (each.id for each in all_checks() if each.group == name)
        else:
            words = f"no check or group {name!r}"
            raise UsageError(f"{words}; {near(name, {*known, *map(str, Group)}, _LISTED)}")
