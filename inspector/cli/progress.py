"""What a person sees on stderr while Azure is read."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from inspector.collectors.reader import Reply, Wave
from inspector.collectors.reads import Request


class CollectionProgress:
    """Shows each wave of requests while it runs and, if asked, a line about it afterwards.

    Nothing is drawn when stderr is not a terminal.
    """

    def __init__(self, *, is_verbose: bool) -> None:
        console = self._console = Console(stderr=True)
        self._is_verbose = is_verbose
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("signing in", total=None)
        self._waves: list[Wave] = []

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()
        if self._is_verbose and error is None:
            self._tell_total()

    def wave_started(self, number: int, requests: int) -> None:
        """Begin the wave's bar."""
        self._progress.reset(
            self._task, description=f"reading Azure, wave {number}", total=requests
        )

    def answered(self, request: Request, reply: Reply) -> None:  # noqa: ARG002  the observer protocol
        """Move the bar."""
        self._progress.advance(self._task)

    def wave_finished(self, wave: Wave) -> None:
        """Tell of the wave, if asked to."""
        self._waves.append(wave)
        if self._is_verbose:
            self._console.print(_line(f"wave {wave.number}", wave), highlight=False)

    def _tell_total(self) -> None:
        total = Wave(
            number=len(self._waves),
            requests=sum(wave.requests for wave in self._waves),
            pages=sum(wave.pages for wave in self._waves),
            seconds=sum(wave.seconds for wave in self._waves),
        )
        self._console.print(_line(f"{total.number} waves", total), highlight=False)


def _line(label: str, wave: Wave) -> str:
    return f"{label}: {wave.requests} requests, {wave.pages} pages, {wave.seconds:.2f} s"
