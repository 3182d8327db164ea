"""How a cluster is judged: under which settings, and by which day."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from inspector.cli.options import with_options
from inspector.config import CONFIG_FILE, Config, load_config
from inspector.errors import UsageError


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The user's settings, and the day that dates are judged by if one was given."""

    config: Config
    as_of: date | None


def make_judgement(
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="Judge dates by this day [default: the day the cluster was collected].",
            metavar="YYYY-MM-DD",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help=f"Settings [default: {CONFIG_FILE} in this folder, if there is one].",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    no_config: Annotated[bool, typer.Option("--no-config", help="Use no settings.")] = False,
) -> Judgement:
    """Read the settings and the day. Raises ``UsageError`` for what cannot be used."""
    from inspector.selection import require_known_checks

    settings = _find_config(config, is_unwanted=no_config)
    require_known_checks(settings)
    return Judgement(config=settings, as_of=_day_of(as_of))


def _find_config(path: Path | None, *, is_unwanted: bool) -> Config:
    """Return the settings of the file, else of the one in the working directory, else none."""
    if is_unwanted:
        if path is not None:
            raise UsageError("--config and --no-config: give one of them")
        return Config()
    if path is not None:
        return load_config(path)
    default = Path(CONFIG_FILE)
    return load_config(default) if default.exists() else Config()


def _day_of(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no time zone
    except ValueError:
        raise UsageError(f"--as-of {text!r}: not a day; write it as YYYY-MM-DD") from None


with_judgement = with_options("judgement", make_judgement, are_last=True)
