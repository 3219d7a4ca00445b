"""Who runs the blocks: this process, processes of this machine, or a Dask cluster. The numbers are the same.

A block is handed out, and comes back as one part; at most a few are under way at a time, so that memory does not grow
with the number of cells. A worker that is lost costs its block, which is handed out again.
"""

from __future__ import annotations

import logging
import pickle
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zinc_sbml.ensembles.cells import Question, answers
from zinc_sbml.ensembles.samples import Samples
from zinc_sbml.ensembles.store import Part
from zinc_sbml.processes import FRESH, LostWorkersError, end_with_caller

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["LARGEST_LOSSES", "LostWorkersError", "run_block", "run_blocks"]

_LOGGER = logging.getLogger(__name__)

# Blocks under way for each worker: one that it works on, and more so that it need not wait.
_AHEAD = 3

# A worker is replaced after so many blocks (five minutes): the solver's memory grows by 0.1 kB with each cell.
_BLOCKS_PER_WORKER = 200

LARGEST_LOSSES = 3
"""A block whose workers die this often is given up: it brings them down."""


def run_block(asked: Question, samples: Samples, block: int) -> Part:
    """Ask the cells of one block, here."""
    cells = samples.block(block)
    values = np.full((len(cells), len(asked.times), len(asked.readouts)), np.nan)
    failures: dict[int, str] = {}
    for number, answer in enumerate(answers(asked, cells)):
        if isinstance(answer, str):
            failures[number] = answer
        else:
            values[number] = answer
    return Part(block=block, cells=cells, values=values, failures=failures)


def run_blocks(
    asked: Question, samples: Samples, blocks: Iterable[int], *, processes: int = 1, client: Client | None = None
) -> Iterator[Part]:
    """Ask the cells of many blocks.

    Parameters
    ----------
    asked : Question
        The question.
    samples : Samples
        The cells.
    blocks : iterable of int
        Numbers of the blocks.
    processes : int, optional
        Worker processes on this machine; 1 works here.
    client : distributed.Client, optional
        A cluster, instead of processes of this machine.

    Yields
    ------
    Part
        As they are done, in any order.

    Raises
    ------
    LostWorkersError
        If workers die `LARGEST_LOSSES` times on one block.
    """
    if client is not None:
        yield from _on_cluster(asked, samples, blocks, client)
    elif processes <= 1:
        for block in blocks:
            yield run_block(asked, samples, block)
    else:
        yield from _on_processes(asked, samples, blocks, processes)


_JOB: tuple[Question, Samples] | None = None


def _start(job: str) -> None:
    """In a worker process: keep what every block needs, so that it is read once, and end when the caller ends."""
    global _JOB
    end_with_caller()
    _JOB = pickle.loads(Path(job).read_bytes())


def _run_kept(block: int) -> Part:
    assert _JOB is not None
    return run_block(*_JOB, block)


def _on_processes(asked: Question, samples: Samples, blocks: Iterable[int], processes: int) -> Iterator[Part]:
    # Through a file: a worker that dies while it starts would leave its caller waiting at a full pipe for ever.
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job"
        job.write_bytes(pickle.dumps((asked, samples)))
        yield from _on_workers(str(job), blocks, processes)


def _on_workers(job: str, blocks: Iterable[int], processes: int) -> Iterator[Part]:
    waiting = list(blocks)[::-1]
    losses: dict[int, int] = {}
    while waiting:
        under_way: dict[Future[Part], int] = {}
        with ProcessPoolExecutor(processes, FRESH, _start, (job,), max_tasks_per_child=_BLOCKS_PER_WORKER) as pool:
            try:
                while waiting or under_way:
                    while waiting and len(under_way) < processes * _AHEAD:
                        block = waiting.pop()
                        under_way[pool.submit(_run_kept, block)] = block
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in done:
                        part = future.result()
                        del under_way[future]
                        yield part
            except BrokenProcessPool:
                # All that were under way come back; only those that were worked on can be to blame.
                lost = sorted(under_way.values())
                _LOGGER.warning("a worker died; %d blocks are handed out again", len(lost))
                for block in lost[:processes]:
                    losses[block] = losses.get(block, 0) + 1
                _check_losses(losses)
                waiting += lost[::-1]
            finally:
                for future in under_way:
                    future.cancel()


def _on_cluster(asked: Question, samples: Samples, blocks: Iterable[int], client: Client) -> Iterator[Part]:
    from distributed import KilledWorker, as_completed

    # Sent once to each worker, not with every block.
    job = client.scatter((asked, samples), broadcast=True, hash=False)
    waiting = iter(blocks)
    # A cluster may grow while it works.
    threads: Mapping[str, int] = client.nthreads()  # pyright: ignore[reportAssignmentType]
    ahead = max(1, sum(threads.values())) * _AHEAD

    def submit(block: int) -> Any:
        return client.submit(_run_scattered, job, block, pure=False, retries=LARGEST_LOSSES)

    first = [submit(block) for _, block in zip(range(ahead), waiting, strict=False)]
    under_way = as_completed(first, raise_errors=False)
    for future in under_way:
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                raise LostWorkersError(f"workers of the cluster died again and again: {error}") from error
            raise error
        part = future.result()
        future.release()
        if (block := next(waiting, None)) is not None:
            under_way.add(submit(block))
        yield part


def _run_scattered(job: tuple[Question, Samples], block: int) -> Part:
    return run_block(*job, block)


def _check_losses(losses: dict[int, int]) -> None:
    for block, count in losses.items():
        if count >= LARGEST_LOSSES:
            raise LostWorkersError(
                f"workers died {count} times on block {block}; what was done is kept, and the same command goes on"
            )
