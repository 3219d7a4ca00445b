"""Linear algebra with the same bits on every machine.

It is elementwise NumPy on purpose: a BLAS gives other bits with another number of threads, and a resting state
must not depend on how many workers share the machine. Small systems of equations go to LAPACK all the same, which
uses one thread for them and is twenty times faster.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "conserved_totals", "matrix_product", "solve", "times"]

Array = NDArray[np.float64]
"""Array of floats; shapes are told where it is used."""

# Stoichiometries are small integers, so anything this small is rounding.
_NEGLIGIBLE = 1e-9

# Largest number of unknowns for which LAPACK is asked: OpenBLAS factorises less than 100 by 100 on one thread.
_ONE_THREAD = 96


def times(matrix: Array, vector: Array) -> Array:
    """Product of a matrix, shape (rows, columns), and a vector, shape (columns,): shape (rows,)."""
    return (matrix * vector).sum(axis=1)


def matrix_product(one: Array, other: Array) -> Array:
    """Product of two matrices, shapes (rows, inner) and (inner, columns): shape (rows, columns)."""
    return np.einsum("ij,jk->ik", one, other)


def solve(matrix: Array, right: Array) -> Array | None:
    """Solve a square system by Gaussian elimination with row scaling and pivoting.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (size, size).
    right : numpy.ndarray
        Right-hand side, shape (size,).

    Returns
    -------
    numpy.ndarray or None
        Shape (size,); None if the matrix is singular or holds a value that is not finite.
    """
    size = len(right)
    if not np.isfinite(matrix).all():
        return None
    largest = np.abs(matrix).max(axis=1, initial=0.0)
    if not largest.all():
        return None
    if size <= _ONE_THREAD:
        try:
            return np.linalg.solve(matrix / largest[:, None], right / largest)
        except np.linalg.LinAlgError:
            return None
    table = np.column_stack([matrix, right])
    table /= largest[:, None]
    for column in range(size):
        pivot = column + int(np.abs(table[column:, column]).argmax())
        if table[pivot, column] == 0:
            return None
        if pivot != column:
            table[[column, pivot]] = table[[pivot, column]]
        below = table[column + 1 :, column] / table[column, column]
        table[column + 1 :, column:] -= below[:, None] * table[column, column:]
    solution = np.zeros(size)
    for row in range(size - 1, -1, -1):
        known = (table[row, row + 1 : size] * solution[row + 1 :]).sum()
        solution[row] = (table[row, size] - known) / table[row, row]
    return solution


def conserved_totals(stoichiometry: Array) -> tuple[Array, list[int]]:
    """Left null space of the stoichiometry: what no reaction changes.

    Parameters
    ----------
    stoichiometry : numpy.ndarray
        Shape (species, reactions).

    Returns
    -------
    laws : numpy.ndarray
        Shape (totals, species); each row times the amounts is conserved.
    dependent : list of int
        For each law one species that the others determine through it.
    """
    species, reactions = stoichiometry.shape
    table = np.column_stack([stoichiometry, np.eye(species)])
    rank = 0
    for column in range(reactions):
        candidates = np.abs(table[rank:, column])
        if rank == species or candidates.max() < _NEGLIGIBLE:
            continue
        pivot = rank + int(candidates.argmax())
        table[[rank, pivot]] = table[[pivot, rank]]
        others = np.arange(species) != rank
        table[others] -= np.outer(table[others, column] / table[rank, column], table[rank])
        rank += 1
    laws = table[rank:, reactions:]
    dependent: list[int] = []
    for row in range(len(laws)):
        pivot = int(np.abs(laws[row]).argmax())
        dependent.append(pivot)
        laws[row] /= laws[row, pivot]
        others = np.arange(len(laws)) != row
        laws[others] -= np.outer(laws[others, pivot], laws[row])
    laws[np.abs(laws) < _NEGLIGIBLE] = 0.0
    return laws, dependent
