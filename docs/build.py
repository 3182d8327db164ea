"""Writes the pages of docs/ that are told by the code: ``python -m docs.build [--check]``."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from inspector.checks import all_checks
from inspector.collectors.reads import READS

FOLDER: Final = Path(__file__).parent


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each generated file."""
    yield "permissions.md", _permissions()
    yield "aks-inspector-role.json", _role()
    yield "checks.md", _checks()


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
    sections = "\n".join(
        f"## {check.id}\n\nSeverity: {check.severity}\n\n{check.documentation.strip()}\n"
        for check in all_checks()
    )
    return f"""# Checks

A check has four answers: **passed** (everything it needs was read, and it holds), **failed** (a
fault was seen), **unknown** (something it needs could not be seen, and the answer names it) and
**skipped** (it does not apply).

{sections}"""


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
