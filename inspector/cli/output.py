"""Where a result goes: stdout or a file, in which format, how wide, with colour or not."""

import io
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Generic, TypeVar

import msgspec
import typer

from inspector.cli.options import with_options
from inspector.errors import OutputError, UsageError
from inspector.files import write_whole
from inspector.formats import UNLIMITED, CheckFormat, Format

if TYPE_CHECKING:
    from inspector.renderers import Answer

F = TypeVar("F", Format, CheckFormat)

SUFFIXES: Final = {
    ".json": Format.JSON,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TERMINAL,
}
CHECK_SUFFIXES: Final = {
    ".json": CheckFormat.JSON,
    ".md": CheckFormat.MARKDOWN,
    ".markdown": CheckFormat.MARKDOWN,
    ".txt": CheckFormat.TERMINAL,
    ".sarif": CheckFormat.SARIF,
    ".xml": CheckFormat.JUNIT,
    ".csv": CheckFormat.CSV,
}

_COLUMN_DIGITS: Final = 5

FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        help="Format of the result [default: by the suffix of -o, else terminal].",
        show_default=False,
    ),
]
CheckFormatOption = Annotated[
    CheckFormat | None,
    typer.Option(
        "--format",
        "-f",
        help="Format of the result [default: by the suffix of -o, else terminal].",
        show_default=False,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write to this file instead of stdout.", metavar="FILE"),
]
AllOption = Annotated[bool, typer.Option("--all", help="Show everything: fold and cut nothing.")]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Exit with 4 when something could not be seen.")
]
StrictCheckOption = Annotated[
    bool, typer.Option("--strict", help="Exit with 4 when a check could not be decided.")
]


class Sheet(msgspec.Struct, Generic[F], frozen=True, kw_only=True):
    """Where a result goes and how it is to look."""

    form: F
    path: Path | None
    width: int
    color: bool
    show_all: bool = False

    def write(self, text: str) -> None:
        """Write the result. Raises ``OutputError``, and leaves no half-written file then."""
        if self.path is not None:
            write_whole(self.path, text.encode(), private=False)
            return
        if isinstance(sys.stdout, io.TextIOWrapper):  # a caller may have put another in its place
            sys.stdout.reconfigure(errors="replace")
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                return  # the reader has seen enough; the exit code stays what it is
            raise OutputError(f"stdout: cannot be written: {error.strerror}") from None


def make_sheet(form: F | None, path: Path | None, suffixes: Mapping[str, F]) -> Sheet[F]:
    """Decide on format, width and colour. Raises ``UsageError`` or ``OutputError``."""
    if path is not None:
        require_writable(path)
        return Sheet(form=form or _form_of(path, suffixes), path=path, width=UNLIMITED, color=False)
    is_terminal = sys.stdout.isatty()
    return Sheet(
        form=form or suffixes[".txt"],
        path=None,
        width=_width(is_terminal=is_terminal),
        color=_wants_color(is_terminal=is_terminal),
    )


def make_answer_sheet(
    form: FormatOption = None,
    output: OutputOption = None,
    *,
    show_all: AllOption = False,
) -> Sheet[Format]:
    """Return the sheet of an answer that has the formats of a report."""
    return msgspec.structs.replace(make_sheet(form, output, SUFFIXES), show_all=show_all)


with_sheet = with_options("sheet", make_answer_sheet)


def show(answer: "Answer", sheet: Sheet[Format]) -> None:
    """Write an answer to its sheet."""
    from inspector.renderers import render

    text = render(answer, sheet.form, show_all=sheet.show_all, width=sheet.width, color=sheet.color)
    sheet.write(text)


def require_writable(path: Path) -> None:
    """Fail before anything is collected if the file cannot be written at the end."""
    try:
        is_folder, has_folder = path.is_dir(), path.parent.is_dir()
    except OSError as error:  # the name is too long
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from None
    if is_folder:
        raise OutputError(f"{path}: is a directory; give a file name")
    if not has_folder:
        raise OutputError(f"{path}: the folder {path.parent} does not exist")
    is_device = path.exists() and not path.is_file()
    if not os.access(path if is_device else path.parent, os.W_OK):
        raise OutputError(f"{path}: the folder {path.parent} is not writable")


def _form_of(path: Path, suffixes: Mapping[str, F]) -> F:
    form = suffixes.get(path.suffix.lower())
    if form is None:
        known = ", ".join(suffixes)
        raise UsageError(f"{path}: the suffix names no format ({known}); choose one with -f")
    return form


def _width(*, is_terminal: bool) -> int:
    """Return the columns to use; a pipe gets whole lines unless ``COLUMNS`` is set."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and len(columns) <= _COLUMN_DIGITS and int(columns) > 0:
        return int(columns)
    return shutil.get_terminal_size().columns if is_terminal else UNLIMITED


def _wants_color(*, is_terminal: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"
