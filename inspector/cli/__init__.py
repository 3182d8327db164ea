"""The command line."""

import gc
import logging
import os
import sys

import typer

from inspector.cli.app import app
from inspector.cli.exit_codes import ExitCode
from inspector.errors import InspectorError, OutputError, UsageError
from inspector.visible import visible

_INTERRUPTED = 130


def main() -> None:
    """Run the command of ``sys.argv`` and exit; every error is one line on stderr."""
    # The SDK logs what it also raises; a user sees the error once, and no warning of a retry.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    logging.getLogger("azure").propagate = False
    # One command builds one tree of values and ends: looking for cycles in it only takes time.
    gc.disable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        return int(app(arguments, standalone_mode=False, prog_name="aks-inspector") or 0)
    except typer.TyperException as error:
        # pydantic, which typer parses with, names the kind of every error before its text
        return _complain(error.format_message().replace("Value error, ", "", 1), ExitCode.USAGE)
    except (UsageError, OutputError) as error:
        return _complain(str(error), ExitCode.USAGE)
    except InspectorError as error:
        return _complain(str(error), ExitCode.NOT_INSPECTED)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", _INTERRUPTED)
    except Exception as fault:  # no traceback, whatever breaks
        # Python would exit with 1, which here means that a check failed.
        if os.environ.get("AKS_INSPECTOR_DEBUG"):
            raise
        hint = "a fault of this program; AKS_INSPECTOR_DEBUG=1 shows where"
        return _complain(f"{type(fault).__name__}: {fault} ({hint})", ExitCode.NOT_INSPECTED)


def _complain(message: str, code: int) -> int:
    line = " ".join(visible(part) for part in message.splitlines())
    sys.stderr.write(f"aks-inspector: error: {line}\n")
    return code
