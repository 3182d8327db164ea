"""One wave: requests that do not wait for each other, all at once."""

import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

from inspector.collectors.reader import Observer, Reader, Reply, Wave
from inspector.collectors.reads import Request


def run_wave(
    number: int,
    wanted: Collection[Request],
    reader: Reader,
    pool: ThreadPoolExecutor,
    observer: Observer,
) -> Iterator[tuple[Request, Reply]]:
    """Yield the answers in the order of the requests, each while later ones are on their way.

    An order that depends on timing would show in the snapshot.
    What a read or whoever takes the answers raises ends the wave: requests not yet sent are
    dropped.
    """
    observer.wave_started(number, len(wanted))
    began = time.monotonic()
    futures = {pool.submit(reader.read, request): request for request in wanted}
    pages = 0
    try:
        for future, request in futures.items():
            reply = future.result()
            pages += reply.pages
            observer.answered(request, reply)
            yield request, reply
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    observer.wave_finished(
        Wave(
            number=number,
            requests=len(futures),
            pages=pages,
            seconds=time.monotonic() - began,
        )
    )
