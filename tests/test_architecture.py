"""The layers of the package, read from its imports; its sizes; what a command loads."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "inspector"
MODULES = sorted(PACKAGE.rglob("*.py"))
LAYERS = (
    "errors",
    "resource_id",
    "version",
    "wording",
    "visible",
    "formats",
    "files",
    "resources",
    "snapshot",
    "what_if",
    "collectors",
    "collected",
    "network",
    "nodes",
    "topology",
    "cluster/api_server",
    "cluster/address_plan",
    "cluster/pod_cidr_room",
    "cluster/pod_routes",
    "cluster/ownership",
    "cluster/fingerprint",
    "cluster/egress",
    "cluster/api_server_faults",
    "cluster/retirements",
    "cluster/snat_budget",
    "cluster/pool_members",
    "cluster/interface_rules",
    "cluster/pool_coverage",
    "cluster/leftovers",
    "cluster/node_addresses",
    "cluster/node_counts",
    "cluster/devices",
    "cluster/subnet_capacity",
    "cluster/node_room",
    "cluster/move_conditions",
    "cluster/protection",
    "cluster/public_ports",
    "findings",
    "config",
    "checking",
    "checks",
    "selection",
    "pages",
    "baseline",
    "assessment",
    "report",
    "check_report",
    "planning",
    "comparison",
    "changes",
    "renderers",
    "demo",
    "cli",
)
"""From left to right: a layer imports what stands before it, and never what stands behind."""

ENTRANCES = {"__init__", "__main__"}
ONLY_IN = {
    "azure": ("collectors/",),
    "msal": (),
    "requests": ("collectors/",),
    "rich": ("renderers/", "cli/"),
    "typer": ("cli/",),
    "networkx": ("topology.py",),
}
LONGEST_MODULE = 300
LONGEST_FUNCTION = 45


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def layer(path: Path) -> str:
    """Return the module or package at the top, and one below it in ``cluster``."""
    parts = place(path).split("/")
    depth = 2 if parts[0] == "cluster" and parts[1] != "__init__.py" else 1
    return "/".join(parts[:depth]).removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layers_imported(path: Path) -> set[str]:
    ours = (name.split(".") for name in imports(path) if name.split(".")[0] == "inspector")
    depths = ((3 if parts[1:2] == ["cluster"] else 2, parts) for parts in ours)
    return {"/".join(parts[1:depth]) for depth, parts in depths if len(parts) > 1}


def test_every_module_has_a_layer() -> None:
    assert {layer(path) for path in MODULES} == {*LAYERS, *ENTRANCES, "cluster"}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_imports_point_to_the_left(path: Path) -> None:
    here = layer(path)
    if here in {*ENTRANCES, "cluster"}:
        return
    allowed = {*LAYERS[: LAYERS.index(here) + 1]}
    assert layers_imported(path) <= allowed


def test_only_the_program_and_the_public_api_collect() -> None:
    users = {layer(path) for path in MODULES if "collectors" in layers_imported(path)}
    assert users == {"collectors", "cli", "__init__"}


def test_only_the_program_s_entrance_knows_the_command_line() -> None:
    users = {layer(path) for path in MODULES if "cli" in layers_imported(path)}
    assert users == {"cli", "__main__"}


@pytest.mark.parametrize(("library", "homes"), ONLY_IN.items(), ids=ONLY_IN.keys())
def test_a_library_stays_at_home(library: str, homes: tuple[str, ...]) -> None:
    users = {
        place(path)
        for path in MODULES
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert {user for user in users if not user.startswith(homes)} == set()
    assert all(any(user.startswith(home) for user in users) for home in homes)


def names_read(path: Path) -> set[str]:
    """Return what the module takes from ``os`` and ``sys``, however it got hold of them."""
    dotted = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    return dotted | set(imports(path))


@pytest.mark.parametrize("name", ["os.environ", "os.getenv", "sys.argv", "sys.stdout"])
def test_only_the_command_line_knows_its_surroundings(name: str) -> None:
    users = {layer(path) for path in MODULES if name in names_read(path)}
    assert users <= {"cli"}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_modules_and_functions_stay_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST_MODULE
    long = {
        node.name: length
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and (length := (node.end_lineno or 0) - node.body[0].lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["report", "--help"],
        ["report", "demo:kubenet-vmss"],
        ["report", "--snapshot", "FILE", "-f", "json"],
        ["report", "demo:kubenet-vmss", "-f", "markdown"],
        ["check", "demo:kubenet-vmss", "--fail-on", "never"],
        ["check", "demo:kubenet-vmss", "--fail-on", "never", "-f", "sarif"],
        ["compare", "demo:kubenet-vmss", "demo:cni-overlay"],
        ["diff", "demo:kubenet-vmss", "demo:kubenet-vmss"],
        ["plan", "demo:kubenet-vmss", "--to", "overlay"],
        ["explain"],
        ["explain", "peering-health", "-f", "markdown"],
        ["demo", "seed-kubenet"],
    ],
    ids=" ".join,
)
def test_an_offline_command_loads_no_sdk(arguments: list[str]) -> None:
    packages = {name.split(".")[0] for name in loaded_by(arguments)}
    assert packages & {"azure", "networkx", "requests", "msal", "cryptography"} == set()


QUESTIONS = {"inspector.changes", "inspector.comparison", "inspector.planning"}


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--help"], QUESTIONS | {"inspector.report", "inspector.checks", "inspector.renderers"}),
        (["plan", "--help"], QUESTIONS | {"inspector.report", "inspector.checks"}),
        (["demo"], QUESTIONS | {"inspector.report", "inspector.checks", "inspector.renderers"}),
        (["report", "demo:kubenet-vmss"], QUESTIONS),
        (["explain"], QUESTIONS),
    ],
    ids=["help", "plan --help", "demo", "report", "explain"],
)
def test_nobody_waits_for_what_was_not_asked(arguments: list[str], needless: set[str]) -> None:
    assert loaded_by(arguments) & needless == set()


def loaded_by(arguments: list[str]) -> set[str]:
    """Return the modules that are loaded after a command."""
    file = str(PACKAGE.parent / "fixtures" / "clusters" / "seed-kubenet.json")
    wanted = [file if each == "FILE" else each for each in arguments]
    program = (
        "import json, sys\n"
        "from inspector.cli import run\n"
        f"code = run({wanted!r})\n"
        "sys.stderr.write(json.dumps([code, sorted(sys.modules)]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    code, loaded = json.loads(done.stderr)
    assert code == 0
    assert done.stdout
    assert "inspector.cli" in loaded
    return set(loaded)
