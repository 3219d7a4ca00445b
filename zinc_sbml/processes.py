"""Work on several processes: the same numbers, in the same order, whatever the number of processes.

Each worker compiles the models once. A cell's numbers depend on its parameters alone (see `zinc_sbml.engine`), so
who computes it and after what cannot matter.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, TypeVar

from zinc_sbml.errors import ZincSbmlError

__all__ = ["FRESH", "LostWorkersError", "Progress", "end_with_caller", "on_processes", "usable_processors"]

_In = TypeVar("_In")
_Out = TypeVar("_Out")

Progress = Callable[[Iterable[Any], int], Iterable[Any]]
"""Wraps an iterable of known length and tells a person how far it is."""


class LostWorkersError(ZincSbmlError):
    """Worker processes that died, killed from outside or for want of memory."""


class _FreshProcess(SpawnProcess):
    """A process that does not run the script of its caller again.

    A spawned process imports the main module of its caller, so that a script without ``if __name__ == "__main__"``
    would start over in each worker. Workers need nothing of it.
    """

    _starting = threading.Lock()

    def start(self) -> None:
        """Start the process."""
        main = vars(sys.modules["__main__"])
        with self._starting:
            told = {name: main[name] for name in ("__spec__", "__file__") if name in main}
            main.pop("__file__", None)
            main["__spec__"] = None
            try:
                super().start()
            finally:
                del main["__spec__"]
                main.update(told)


class _Fresh(SpawnContext):
    # Forked workers would inherit the solvers of their caller, with their state.
    Process = _FreshProcess


FRESH = _Fresh()
"""Context of worker processes that know nothing of their caller but what they are given."""


def usable_processors() -> int:
    """Number of processors that this process may use."""
    # A limit of the process is not known on every system.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_with_caller() -> None:
    """In a worker: end when the caller ends; one that was killed can tell nobody."""
    threading.Thread(target=_watch_caller, daemon=True).start()


def _watch_caller() -> None:
    caller = multiprocessing.parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)


@contextmanager
def on_processes(processes: int) -> Iterator[Callable[[Callable[[_In], _Out], Iterable[_In]], Iterator[_Out]]]:
    """Give a ``map`` that runs here, or on worker processes, in the order of its arguments.

    Parameters
    ----------
    processes : int
        1 runs everything in this process. Functions and arguments of workers must be picklable.

    Raises
    ------
    LostWorkersError
        If a worker dies.
    """
    if processes <= 1:
        yield map
        return
    pool = ProcessPoolExecutor(processes, FRESH, end_with_caller)
    try:
        yield pool.map
    except BrokenProcessPool as error:
        raise LostWorkersError("a worker process died (killed, or out of memory); try again with fewer") from error
    finally:
        pool.shutdown(cancel_futures=True)
