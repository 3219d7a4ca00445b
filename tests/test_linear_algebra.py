from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zinc_sbml.linear_algebra import conserved_totals, solve


def _rank(matrix: np.ndarray) -> int:
    """Rank by exact fractions."""
    rows = [[Fraction(int(value)) for value in row] for row in matrix]
    rank = 0
    for column in range(matrix.shape[1]):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for r in range(rank + 1, len(rows)):
            factor = rows[r][column] / rows[rank][column]
            rows[r] = [x - factor * y for x, y in zip(rows[r], rows[rank], strict=True)]
        rank += 1
    return rank


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 9), st.integers(0, 9)),
        elements=st.sampled_from([0, 0, 0, 0, 1, -1, 1, -1, 2, -5, 13]),
    )
)
def test_conserved_totals_of_any_network(matrix: np.ndarray) -> None:
    laws, dependent = conserved_totals(matrix.astype(float))
    species = matrix.shape[0]
    assert laws.shape == (species - _rank(matrix), species)
    np.testing.assert_allclose(laws @ matrix, 0, atol=1e-8)
    # Each law determines its own species: the laws are solvable for the dependent ones.
    assert len({*dependent}) == len(laws)
    np.testing.assert_allclose(laws[:, dependent], np.eye(len(laws)), atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30), st.integers(0, 10_000))
def test_linear_solver_agrees_with_lapack(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(size, size)) * 10 ** random.uniform(-6, 6, size=(size, 1))
    right = random.normal(size=size) * np.abs(matrix).max(axis=1)
    solution = solve(matrix, right)
    assert solution is not None
    scale = np.abs(matrix).max(axis=1)
    np.testing.assert_allclose(matrix @ solution / scale, right / scale, atol=1e-8 * max(1, np.abs(solution).max()))


def test_linear_solver_refuses_a_singular_system() -> None:
    assert solve(np.array([[1.0, 2.0], [2.0, 4.0]]), np.ones(2)) is None
    assert solve(np.array([[0.0, 0.0], [2.0, 4.0]]), np.ones(2)) is None
    assert solve(np.array([[np.nan, 1.0], [2.0, 4.0]]), np.ones(2)) is None
