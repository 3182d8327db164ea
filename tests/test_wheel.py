"""The package as users get it: built, installed with what it needs, and run elsewhere."""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "fixtures" / "golden" / "seed-kubenet" / "report.txt"


def run(*command: str | Path, cwd: Path) -> bytes:
    """Run a command that must succeed, and return what it prints."""
    environment = {name: each for name, each in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**environment, "COLUMNS": "100", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout


def test_the_installed_wheel_prints_the_expected_report(tmp_path: Path) -> None:
    """The wheel is made from the source distribution, so that one is complete, too."""
    run(sys.executable, "-m", "build", "--outdir", tmp_path, cwd=ROOT)
    (source,) = tmp_path.glob("*.tar.gz")
    (wheel,) = tmp_path.glob("*.whl")
    with tarfile.open(source) as archive:
        inside = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {"tests/test_wheel.py", "fixtures/build.py", "docs/report.schema.json"} <= inside
    assert str(GOLDEN.relative_to(ROOT)) in inside
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    venv.create(tmp_path / "venv", with_pip=True)
    commands = tmp_path / "venv" / "bin"
    run(commands / "python", "-m", "pip", "install", "--quiet", wheel, cwd=elsewhere)
    printed = run(commands / "aks-inspector", "demo", "seed-kubenet", cwd=elsewhere)
    assert printed == GOLDEN.read_bytes()
    typed = run(
        *(commands / "python", "-c", "import inspector; print(inspector.__file__)"), cwd=elsewhere
    )
    package = Path(typed.decode().strip()).parent
    assert package.is_relative_to(tmp_path / "venv")
    assert (package / "py.typed").exists()
