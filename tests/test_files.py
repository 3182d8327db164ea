"""Writing a file: whole or not at all, and readable by whom it should be."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inspector.errors import OutputError
from inspector.files import write_whole


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def disk_full_after(size_bytes: int) -> Iterator[None]:
    """Let every write beyond a size fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0, 0o666)])
def test_a_new_file_gets_the_usual_mode(tmp_path: Path, mask: int, expected: int) -> None:
    with umask(mask):
        write_whole(tmp_path / "report.md", b"text", private=False)
        assert os.umask(mask) == mask
    assert mode(tmp_path / "report.md") == expected


def test_a_private_file_is_the_owners_alone_whatever_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with umask(0):
        write_whole(path, b"new", private=True)
    assert (mode(path), path.read_bytes()) == (0o600, b"new")


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_whole(path, b"new", private=False)
    assert (mode(path), path.read_bytes()) == (0o640, b"new")


@pytest.mark.parametrize("is_private", [True, False])
def test_a_full_disk_keeps_what_was_there(tmp_path: Path, is_private: bool) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with disk_full_after(100), pytest.raises(OutputError) as raised:
        write_whole(path, b"x" * 100_000, private=is_private)
    assert str(raised.value).startswith(f"{path}: cannot be written: ")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with disk_full_after(100), pytest.raises(OutputError):
        write_whole(tmp_path / "a.json", b"x" * 100_000, private=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.json"
    with pytest.raises(OutputError, match=r"a\.json: cannot be written: No such file"):
        write_whole(path, b"x", private=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path, b"x", private=False)
    assert list(tmp_path.parent.glob(".aks-inspector-*")) == []
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to_and_stays_a_device() -> None:
    write_whole(Path(os.devnull), b"x", private=True)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
