"""Writes the pages of docs/ that are told by the code: ``python -m docs.build [--check]``."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import msgspec

from inspector.checks import all_checks
from inspector.collectors.reads import READS
from inspector.config import CONFIG_FILE, Thresholds
from inspector.findings import Group, Severity
from inspector.pages import page_of
from inspector.renderers.markdown import escape
from inspector.renderers.page_text import page_markdown

FOLDER: Final = Path(__file__).parent
_WHOLE_PERCENT: Final = 100


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each generated file."""
    yield "permissions.md", _permissions()
    yield "aks-inspector-role.json", _role()
    yield "checks.md", _checks()
    yield "configuration.md", _configuration()


def _permissions() -> str:
    reads = sorted(READS, key=lambda read: read.action.lower())
    rows = "\n".join(f"| `{read.action}` | {read.type} | {read.api_version} |" for read in reads)
    return f"""# Permissions

`aks-inspector` only reads: it sends nothing but GET requests, and a policy in front of the wire
refuses every other. The built-in role *Reader* on three places is enough:

- the cluster,
- its infrastructure (`MC_…`) resource group,
- the resource group of the virtual network, if the network is your own (and those of its route
  tables, security groups, NAT gateways and public addresses, if they are elsewhere again).

What may not be read is not an error, except for the cluster itself: the report names each gap with
the action that would close it.

The least that is needed is in [aks-inspector-role.json](aks-inspector-role.json). Put your
subscription into `AssignableScopes`, then:

```sh
az role definition create --role-definition @docs/aks-inspector-role.json
az role assignment create --role "AKS Inspector" --assignee PRINCIPAL --scope RESOURCE_GROUP_ID
```

The second command once for each of the resource groups above.

## Every read

| RBAC action | type | api-version |
| --- | --- | --- |
{rows}
"""


def _role() -> str:
    role = {
        "Name": "AKS Inspector",
        "IsCustom": True,
        "Description": "Read what aks-inspector reports: an AKS cluster's network resources.",
        "Actions": sorted({read.action for read in READS}, key=str.lower),
        "NotActions": [],
        "AssignableScopes": ["/subscriptions/00000000-0000-0000-0000-000000000000"],
    }
    return json.dumps(role, indent=2) + "\n"


def _checks() -> str:
    groups = {group: [each for each in all_checks() if each.group is group] for group in Group}
    index = "\n".join(
        f"| {group} | [{each.id}](#{each.id}) | {each.severity} | {escape(each.title)} |"
        for group, checks in groups.items()
        for each in checks
    )
    sections = "\n".join(
        page_markdown(page_of(each), level=2) for checks in groups.values() for each in checks
    )
    return f"""# Checks

A check has four answers: **passed** (everything it needs was read, and it holds), **failed** (a
fault was seen), **unknown** (something it needs could not be seen, and the answer names it) and
**skipped** (it does not apply). `aks-inspector explain ID` prints a check's page; how to run,
choose and set the checks is in [check.md](check.md).

| Group | Check | Severity | Title |
| --- | --- | --- | --- |
{index}

{sections}"""


def _configuration() -> str:
    defaults = msgspec.to_builtins(Thresholds())
    rows = "\n".join(
        f"| `{each.encode_name}` | {defaults[each.encode_name]} | {_meaning(each)} |"
        for each in msgspec.structs.fields(Thresholds)
    )
    severities = ", ".join(f"`{each}`" for each in Severity)
    return f"""# Configuration

`check` and `report` read `{CONFIG_FILE}` from the working directory if there is one.
`--config FILE` names another, `--no-config` uses none. The result names the file it was made with.
The file is TOML. An unknown key, a check that does not exist and a value of the wrong kind are
errors that name the key; nothing is skipped in silence.

```toml
on-premises = ["10.9.0.0/16"]

[severity]
peering-health = "high"

[thresholds]
subnet-free-percent = 30

[[ignore]]
check = "peering-health"
resource = "to-hub-*"
reason = "the hub is being rebuilt, see NET-142"
expires = 2027-03-31
```

## on-premises

Ranges in use beyond Azure, as CIDR, which the cluster's ranges must not overlap. Azure does not
know them.

## severity

The id of a check and the severity that its findings get instead of their own: {severities}.

## thresholds

Where a check begins to complain. Percentages are whole numbers from 0 to 100.

| key | default | meaning |
| --- | --- | --- |
{rows}

## ignore

Findings that are known and accepted, one table for each.

| key | meaning |
| --- | --- |
| `check` | the id of the check |
| `resource` | a pattern for the portal name or the whole ARM id of the resource at fault |
| `reason` | why the finding is accepted; it must not be empty |
| `expires` | the last day on which it is, a date without quotes; without it there is no end |

In a pattern `*` stands for any text and `?` for any character; case does not count. Without a
pattern every resource is meant.

An ignored finding does not change the exit code. It is counted, and listed with its reason, in
every format. An entry that has expired is not applied, and an entry that matches no finding may be
removed: the result says so under *Settings without effect*. Whether an entry has expired is judged
by the day of `--as-of`, which is the day of the collection unless it is given.
"""


def _meaning(field: msgspec.structs.FieldInfo) -> str:
    """Return what the field's type says of it."""
    (meta,) = get_args(field.type)[1:]
    meaning = meta.description
    return f"{meaning}, in percent" if meta.le == _WHOLE_PERCENT else str(meaning)


def main() -> int:
    """Write the pages, or with ``--check`` tell which are out of date and return 1."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    is_check = parser.parse_args().check
    stale = [
        name
        for name, text in pages()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    for name, text in pages():
        if name in stale and not is_check:
            (FOLDER / name).write_text(text, encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"{name} {'is out of date' if is_check else 'written'}\n")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
