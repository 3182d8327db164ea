"""One wave: requests that do not wait for each other, all at once."""

import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor, as_completed

from inspector.collectors.reader import Observer, Reader, Reply, Wave
from inspector.collectors.reads import Request


def run_wave(
    number: int,
    wanted: Collection[Request],
    reader: Reader,
    pool: ThreadPoolExecutor,
    observer: Observer,
) -> dict[Request, Reply]:
    """Return the answers to the requests; the observer hears of each as it comes.

    What a read raises ends the wave: requests not yet sent are dropped.
    """
    observer.wave_started(number, len(wanted))
    began = time.monotonic()
    futures = {pool.submit(reader.read, request): request for request in wanted}
    replies: dict[Request, Reply] = {}
    try:
        for future in as_completed(futures):
            request = futures[future]
            replies[request] = future.result()
            observer.answered(request, replies[request])
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    observer.wave_finished(
        Wave(
            number=number,
            requests=len(futures),
            pages=sum(reply.pages for reply in replies.values()),
            seconds=time.monotonic() - began,
        )
    )
    return replies
