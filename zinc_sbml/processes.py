"""Work on several processes: the same numbers, in the same order, whatever the number of processes.

Each worker compiles the models once. A cell's numbers depend on its parameters alone (see `zinc_sbml.engine`), so
who computes it and after what cannot matter.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

__all__ = ["Progress", "on_processes"]

_In = TypeVar("_In")
_Out = TypeVar("_Out")

Progress = Callable[[Iterable[Any], int], Iterable[Any]]
"""Wraps an iterable of known length and tells a person how far it is."""


@contextmanager
def on_processes(processes: int) -> Iterator[Callable[[Callable[[_In], _Out], Iterable[_In]], Iterator[_Out]]]:
    """Give a ``map`` that runs here, or on worker processes, in the order of its arguments.

    Parameters
    ----------
    processes : int
        1 runs everything in this process. Functions and arguments of workers must be picklable.
    """
    if processes <= 1:
        yield map
        return
    # Forked workers would inherit the solvers of this process, with their state.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield partial(_imap, pool)


def _imap(pool: Any, function: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]:
    return pool.imap(function, items)
