"""The documents say what the program does."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.main import get_command

from docs.build import FOLDER, pages
from inspector import (
    Target,
    Thresholds,
    analyze,
    check,
    compare,
    load_config,
    load_demo,
    plan,
    render,
    render_check,
)
from inspector.checks import all_checks
from inspector.cli.app import app
from inspector.cli.exit_codes import ExitCode
from inspector.cli.output import CHECK_SUFFIXES
from inspector.selection import require_known_checks
from inspector.version import __version__

_ROOT = Path(__file__).parent.parent
_README = (_ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "text"), list(pages()))
def test_generated_pages_are_in_step(name: str, text: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == text, "run: make golden"


def test_output_shown_in_the_readme_is_real() -> None:
    shown = re.findall(r"```text\n(.*?)\n```", _README, re.DOTALL)
    printed = render(analyze(load_demo("seed-kubenet")))
    printed += render_check(check(load_demo("broken-kubenet")))
    kubenet, cni = load_demo("kubenet-vmss"), load_demo("cni-nodesubnet")
    printed += render(compare([kubenet, cni])) + render(plan(kubenet, to=Target.OVERLAY))
    assert shown
    for piece in shown:
        assert f"{piece}\n" in printed


def test_python_in_the_readme_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", _README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", example], capture_output=True, text=True, check=True, cwd=_ROOT
    )
    assert done.stdout.startswith("kubenet 3\n# AKS network report")


def test_every_command_is_in_the_readme() -> None:
    names = {
        command.name or command.callback.__name__
        for command in app.registered_commands
        if command.callback
    }
    table = re.findall(r"^\| `(\w+)", _README, re.MULTILINE)
    assert names == set(table)


@pytest.mark.parametrize("page", ["README.md", "docs/exit-codes.md"])
def test_exit_codes_are_documented(page: str) -> None:
    text = (_ROOT / page).read_text(encoding="utf-8")
    codes = [int(code) for code in re.findall(r"^\| (\d) \|", text, re.MULTILINE)]
    assert codes == [int(code) for code in ExitCode]


def test_names_of_exit_codes_agree() -> None:
    text = (FOLDER / "exit-codes.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| (\d) \| ([A-Z_]+) \|", text, re.MULTILINE)
    assert documented == [(str(int(code)), code.name) for code in ExitCode]


def test_every_check_has_a_page_section() -> None:
    text = (FOLDER / "checks.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\S+)$", text, re.MULTILINE)
    assert sorted(sections) == [check.id for check in all_checks()]
    rows = re.findall(r"^\| (\S+) \| \[(\S+)\]\(#(\S+)\) \| (\w+) \|", text, re.MULTILINE)
    assert [name for _, name, _, _ in rows] == [target for _, _, target, _ in rows] == sections
    known = {check.id: (check.group, check.severity) for check in all_checks()}
    assert {name: (group, severity) for group, name, _, severity in rows} == known


def test_every_threshold_is_in_the_configuration_page() -> None:
    text = (FOLDER / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \| (\S.*) \|$", text, re.MULTILINE)
    defaults = msgspec.to_builtins(Thresholds())
    assert [(name, int(default)) for name, default, _ in rows] == list(defaults.items())


@pytest.mark.parametrize("page", ["README.md", "docs/configuration.md"])
def test_a_configuration_shown_is_one_that_can_be_used(page: str, tmp_path: Path) -> None:
    text = (_ROOT / page).read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "aks-inspector.toml"
    path.write_text(example, encoding="utf-8")
    config = load_config(path)
    assert config.ignore
    require_known_checks(config)


def options_of(command: str) -> set[str]:
    found = get_command(app).commands[command]  # type: ignore[attr-defined]  # there are several
    return {name for each in found.params for name in each.opts if name.startswith("--")}


def test_every_option_of_check_is_documented() -> None:
    text = (FOLDER / "check.md").read_text(encoding="utf-8")
    own = options_of("check") - options_of("report")
    documented = set(re.findall(r"(?<!-)--[a-z][a-z-]+", text))
    assert own <= documented
    assert documented - {"--credential", "--snapshot"} <= options_of("check")


def test_every_format_of_check_is_documented() -> None:
    text = (FOLDER / "check.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (`\.\S.*?) \| ", text, re.MULTILINE)
    documented = {
        suffix: form for form, suffixes in rows for suffix in re.findall(r"`(\.\w+)`", suffixes)
    }
    assert documented == {suffix: str(form) for suffix, form in CHECK_SUFFIXES.items()}


def test_links_between_documents_lead_somewhere() -> None:
    for page in (_ROOT / "README.md", *FOLDER.glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_changelog_begins_with_what_is_unreleased() -> None:
    text = (_ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "Unreleased" or headings[0].startswith(__version__)
