"""Which fluxes account for the difference between two scenarios.

First the readout is traced to species and inputs: its gradient is integrated along the straight line from the state of
one scenario to that of the other, so that what species and inputs contribute adds up to the difference. A readout that
is a weighted sum of species (a pool, a fold of a pool) is such a sum exactly; of another one the species that
contributes most is looked at.

Then the pool is traced to reactions, in two ways that both add up to its difference. *Over time*: what went through
each reaction until then, counted during the run. *At the end*: a pool is its loss over its loss per amount, and its
loss is its production but for what is not settled yet, so that the ratio of the pool in the two scenarios is the ratio
of the productions, over that of the losses per amount, times that of what is not settled. Logarithms of ratios are
shared out among reactions by differences over the logarithmic mean, and turned into amounts in the same way. For a pool
that turns over fast the second way says more: what went in and what went out are then nearly the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zinc_sbml.checks import check_changes, checked_times, given_values
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances, engine_for
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import Model, load_model
from zinc_sbml.scenarios import Period, Scenario, load_scenario
from zinc_sbml.sensitivity.instrumented import COUNTING, counter_of, counting_model
from zinc_sbml.sensitivity.process_names import processes_of
from zinc_sbml.shown import Shown
from zinc_sbml.simulation import run_checked
from zinc_sbml.steady_state import Network

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explanation", "explain"]

# Points of Gauss's quadrature between the two states, crowded towards either end by the substitution in `_points`: a
# saturable readout bends where its species is small.
QUADRATURE = 48
GRADIENT_STEP = 1e-5

# A gradient that changes by less than this part between the two states is that of a sum.
SAME_GRADIENT = 1e-6

# Contributions that miss the difference by more than this part of it are not told.
ADDS_UP = 0.01

# Two values that differ by less than this part are the same: the solver knows no more.
NO_DIFFERENCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Explanation(Shown):
    """The difference of a readout between two scenarios, and what makes it.

    Attributes
    ----------
    a, b : str
        Ids of the scenarios; differences are b less a, ratios b over a.
    readout, unit : str
        What is explained, and its unit.
    time : float
        When, in seconds.
    value_a, value_b : float
        The readout.
    behind : pandas.DataFrame
        By species or input that the readout depends on and that differs: value_a, value_b, contribution (in the unit of
        the readout; they sum to the difference but for `unexplained`). The largest first.
    unexplained : float
        Difference of the readout less the sum of the contributions in `behind`.
    pool : mapping of str to float
        Weight of each species (times its concentration) in the pool that `fluxes` is about; empty if no species is
        behind the readout.
    pool_is_readout : bool
        Whether the pool is the readout itself; otherwise it is one species, the one that contributes most.
    pool_a, pool_b : float
        The pool, in the unit of its concentrations or of the readout.
    fluxes : pandas.DataFrame
        By reaction that changes the pool: process, role (``production`` or ``loss``), rate_a, rate_b (at the end, per
        second; loss is negative), through_a, through_b (over time), contribution_over_time, contribution_at_end (NaN if
        the pool or its turnover is not positive), substrate (its first reactant), substrate_ratio and
        per_substrate_ratio (the ratio of the rates is the product of the two). The largest first.
    start : float
        Difference of the pool at time 0.
    not_settled : float
        What the end contributes by not being settled; see the head of the module.
    missing_over_time : float
        Difference of the pool less `start` and the contributions over time. Large only if the pool turns over so fast
        that what went in and out is known less exactly than the difference.
    """

    a: str
    b: str
    readout: str
    unit: str
    time: float
    value_a: float
    value_b: float
    behind: pd.DataFrame
    unexplained: float
    pool: Mapping[str, float]
    pool_is_readout: bool
    pool_a: float
    pool_b: float
    fluxes: pd.DataFrame
    start: float
    not_settled: float
    missing_over_time: float

    def _line(self) -> str:
        return self.text

    @property
    def processes(self) -> pd.DataFrame:
        """Sums of rates and contributions over the reactions of each process, the largest at the end first."""
        import pandas as pd

        numbers = ["rate_a", "rate_b", "through_a", "through_b", "contribution_over_time", "contribution_at_end"]
        sums: dict[tuple[str, str], Array] = {}
        for row in self.fluxes.to_dict(orient="records"):
            key = (str(row["process"]), str(row["role"]))
            sums[key] = sums.get(key, np.zeros(len(numbers))) + [row[name] for name in numbers]
        index = pd.MultiIndex.from_tuples(list(sums), names=["process", "role"])
        table = pd.DataFrame(np.array(list(sums.values())).reshape(-1, len(numbers)), index=index, columns=numbers)
        return table.sort_values("contribution_at_end", key=np.abs, ascending=False, kind="stable")

    @property
    def adds_up_over_time(self) -> bool:
        """Whether the contributions over time add up to the difference of the pool."""
        return abs(self.missing_over_time) <= ADDS_UP * abs(self.pool_b - self.pool_a)

    @property
    def text(self) -> str:
        """One paragraph for people."""
        from zinc_sbml.sensitivity.explanation_text import paragraph

        return paragraph(self)


def explain(
    a: str | Scenario,
    b: str | Scenario,
    readout: str,
    *,
    time: float | None = None,
    model: str | Path | Model | None = None,
    parameters: Mapping[str, float] | None = None,
    tolerances: Tolerances = DEFAULT_TOLERANCES,
) -> Explanation:
    """Tell which fluxes account for the difference of a readout between two scenarios.

    Parameters
    ----------
    a, b : str or Scenario
        Ids of shipped scenarios of one model, or your own.
    readout : str
        Id of a readout, species or computed parameter.
    time : float, optional
        When to compare, in seconds; the end of the shorter scenario by default.
    model : str, path or Model, optional
        That of the first scenario by default.
    parameters : mapping of str to float, optional
        Parameters of the cell in both scenarios.
    tolerances : Tolerances, optional
        Of the solver.

    Returns
    -------
    Explanation
        Tables and a paragraph.

    Raises
    ------
    UnknownIdError
        If a scenario or the readout does not exist.
    InvalidInputError
        If the scenarios belong to different models, the time is not inside both, a period sets a species directly, or
        the readout cannot be decomposed: it reads the clock, or jumps between the two states.
    SimulationError
        If a run fails.
    """
    one, other = (load_scenario(each) if isinstance(each, str) else each for each in (a, b))
    loaded = model if isinstance(model, Model) else load_model(model or one.model)
    if model is None and one.model != other.model:
        raise InvalidInputError(f"{one.id} is of model {one.model}, {other.id} of {other.model}: nothing to compare")
    quantity = loaded.quantity(readout, "readout")
    own = given_values(parameters)
    check_changes(loaded, own, "parameters")
    for scenario in (one, other):
        for period in scenario.periods:
            check_changes(loaded, period.changes, f"scenario {scenario.id}")
            held = [name for name in period.changes if loaded.quantities[name].role.endswith("species")]
            if held:
                raise InvalidInputError(f"{scenario.id} sets {held[0]} directly; no flux accounts for that")
    if loaded.reads_clock:
        raise InvalidInputError(f"model {loaded.id} reads the clock: its readouts are not made of its state alone")
    shorter = min((one, other), key=lambda each: each.duration)
    when = float(checked_times([shorter.duration if time is None else time], shorter.duration)[0])
    if not when > 0:
        raise InvalidInputError("time: 0 s, expected a time after the start")
    return _Comparison(loaded, (one, other), own, when, tolerances).explanation(readout, quantity.unit)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two scenarios of one model at one time."""

    model: Model
    scenarios: tuple[Scenario, Scenario]
    own: dict[str, float]
    time: float
    tolerances: Tolerances

    def explanation(self, readout: str, unit: str) -> Explanation:
        species = [item.id for item in self.model.having("species")]
        reactions = [item.id for item in self.model.having("reaction")]
        ends = self._runs(self.model, [0.0, self.time], [readout, *species, *reactions])
        value_a, value_b = ends[0][-1, 0], ends[1][-1, 0]
        states = [dict(zip(species, end[-1, 1 : 1 + len(species)].tolist(), strict=True)) for end in ends]
        inputs = [self._inputs_at_end(scenario) for scenario in self.scenarios]
        behind, weights, is_sum = self._behind(readout, states, inputs)
        missing = (value_b - value_a) - float(behind["contribution"].to_numpy().sum())
        if abs(missing) > ADDS_UP * abs(value_b - value_a) and not _same(value_a, value_b):
            raise InvalidInputError(
                f"{readout} cannot be decomposed: between the two states it jumps, or depends on more than they hold"
            )
        pool, pool_is_readout = self._pool(behind, weights, is_sum, states[0], value_a)
        starts = [dict(zip(species, end[0, 1 : 1 + len(species)].tolist(), strict=True)) for end in ends]
        rates = [dict(zip(reactions, end[-1, 1 + len(species) :].tolist(), strict=True)) for end in ends]
        amounts = [float(sum(weight * state[name] for name, weight in pool.items())) for state in states]
        start = sum(weight * (starts[1][name] - starts[0][name]) for name, weight in pool.items())
        fluxes, not_settled = self._fluxes(pool, amounts, states, rates)
        return Explanation(
            a=self.scenarios[0].id,
            b=self.scenarios[1].id,
            readout=readout,
            unit=unit,
            time=self.time,
            value_a=float(value_a),
            value_b=float(value_b),
            behind=behind,
            unexplained=missing,
            pool=pool,
            pool_is_readout=pool_is_readout,
            pool_a=amounts[0],
            pool_b=amounts[1],
            fluxes=fluxes,
            start=start,
            not_settled=not_settled,
            missing_over_time=amounts[1]
            - amounts[0]
            - start
            - float(fluxes["contribution_over_time"].to_numpy().sum()),
        )

    def _runs(self, model: Model, grid: list[float], columns: list[str], *, counting: bool = False) -> list[Array]:
        scenarios = [_counting(scenario) if counting else scenario for scenario in self.scenarios]
        return [run_checked(model, each, self.own, np.array(grid), columns, self.tolerances) for each in scenarios]

    def _inputs_at_end(self, scenario: Scenario) -> dict[str, float]:
        found = {item.id: item.value for item in self.model.having("input", "parameter")} | self.own
        for period in scenario.periods:
            if period.start < self.time:
                found |= period.changes
        return {name: float(value) for name, value in found.items() if math.isfinite(value)}

    def _behind(
        self, readout: str, states: list[dict[str, float]], inputs: list[dict[str, float]]
    ) -> tuple[pd.DataFrame, dict[str, float], bool]:
        """What is behind a readout; mean gradients by species; whether the gradients are the same everywhere."""
        import pandas as pd

        moving = [name for name in states[0] if states[0][name] != states[1][name]]
        turned = [name for name in inputs[0] if inputs[0][name] != inputs[1][name]]
        engine = engine_for(self.model)
        with engine.lock:
            # The references of a cell with parameters of its own are set when it is brought to its start.
            run_checked(self.model, self.scenarios[0], self.own, np.zeros(1), (readout,), self.tolerances)

            def slope(part: float, name: str) -> float:
                values = {
                    key: start[key] + part * (end[key] - start[key])
                    for start, end, keys in ((inputs[0], inputs[1], turned), (states[0], states[1], moving))
                    for key in keys
                }
                here = values[name]
                step = GRADIENT_STEP * (abs(here) or 1.0)
                found = []
                for moved in (here + step, here - step):
                    engine.change({**values, name: moved})
                    found.append(float(engine.values([readout])[0]))
                return (found[0] - found[1]) / (2 * step)

            engine.change({**states[0], **inputs[0]})
            parts, shares = _points()
            gradients = np.array(
                [[slope(part, name) for name in (*moving, *turned)] for part in parts.tolist()]
            ).reshape(len(parts), len(moving) + len(turned))
        means = shares @ gradients
        largest = np.abs(gradients).max(axis=0, initial=0.0)
        same = np.ptp(gradients, axis=0) <= SAME_GRADIENT * largest if len(largest) else np.array([])
        first, last = ({**states[i], **inputs[i]} for i in (0, 1))
        rows = [
            {
                "name": name,
                "value_a": first[name],
                "value_b": last[name],
                "contribution": float(mean) * (last[name] - first[name]),
            }
            for name, mean in zip((*moving, *turned), means, strict=True)
            if mean
        ]
        table = pd.DataFrame(rows, columns=["name", "value_a", "value_b", "contribution"]).set_index("name")
        table = table.sort_values("contribution", key=abs, ascending=False, kind="stable")
        weights = {name: float(mean) for name, mean in zip(moving, means, strict=False) if mean}
        return table, weights, bool(np.all(same)) and not means[len(moving) :].any()

    def _pool(
        self, behind: pd.DataFrame, weights: dict[str, float], is_sum: bool, state: dict[str, float], value: float
    ) -> tuple[dict[str, float], bool]:
        """Give the weights of the pool to look at, and whether it is the readout."""
        held = sum(weight * state[name] for name, weight in weights.items())
        if weights and is_sum and math.isclose(held, value, rel_tol=SAME_GRADIENT):
            return weights, True
        leading = next((name for name in behind.index if name in weights), None)
        return ({str(leading): 1.0} if leading else {}), False

    def _fluxes(
        self,
        pool: Mapping[str, float],
        amounts: list[float],
        states: list[dict[str, float]],
        rates: list[dict[str, float]],
    ) -> tuple[pd.DataFrame, float]:
        import pandas as pd

        engine = engine_for(self.model)
        with engine.lock:
            engine.fresh({}, tolerances=self.tolerances)
            network = engine.network()
        coefficients = self._coefficients(pool, network)
        names = list(coefficients)
        counted: list[Array] = [np.zeros(0), np.zeros(0)]
        if names:
            ends = self._runs(
                counting_model(self.model, names), [self.time], [counter_of(name) for name in names], counting=True
            )
            counted = [end[-1] for end in ends]
        factors = np.array(list(coefficients.values()))
        through = [factors * one for one in counted]
        now = [factors * np.array([rate[name] for name in names]) for rate in rates]
        production = np.array(now[0] + now[1] >= 0)
        at_end, not_settled = _shared_out(now, production, amounts)
        processes = processes_of(self.model)
        substrates = [self._substrate(name, network) for name in names]
        ratios = [_ratio(states[1].get(one, math.nan), states[0].get(one, math.nan)) for one in substrates]
        table = pd.DataFrame(
            {
                "process": [processes[name] for name in names],
                "role": np.where(production, "production", "loss"),
                "rate_a": now[0],
                "rate_b": now[1],
                "through_a": through[0],
                "through_b": through[1],
                "contribution_over_time": through[1] - through[0],
                "contribution_at_end": at_end,
                "substrate": substrates,
                "substrate_ratio": ratios,
                "per_substrate_ratio": [
                    _ratio(_ratio(rates[1][name], rates[0][name]), ratio) if substrate else math.nan
                    for name, substrate, ratio in zip(names, substrates, ratios, strict=True)
                ],
            },
            index=pd.Index(names, name="reaction", dtype=str),
        )
        by = "contribution_over_time" if np.isnan(at_end).all() else "contribution_at_end"
        return table.sort_values(by, key=abs, ascending=False, kind="stable"), not_settled

    def _coefficients(self, pool: Mapping[str, float], network: Network) -> dict[str, float]:
        """By reaction that changes the pool: change of the pool per amount that goes through."""
        rows = np.zeros(len(network.species))
        for number, name in enumerate(network.species):
            quantity = self.model.quantities[name]
            size = 1.0 if quantity.amount else self.model.quantities[quantity.text].value
            rows[number] = pool.get(name, 0.0) / size
        found = (rows[:, None] * network.stoichiometry).sum(axis=0)
        # Within a pool of several species most reactions cancel, up to rounding of their weights.
        least = SAME_GRADIENT * (np.abs(rows)[:, None] * np.abs(network.stoichiometry)).sum(axis=0)
        names = [item.id for item in self.model.having("reaction")]
        return {name: float(value) for name, value, low in zip(names, found, least, strict=True) if abs(value) > low}

    def _substrate(self, reaction: str, network: Network) -> str:
        """First reactant that changes; empty if there is none."""
        names = [item.id for item in self.model.having("reaction")]
        column = network.stoichiometry[:, names.index(reaction)]
        used = {name for name, value in zip(network.species, column, strict=True) if value < 0}
        return next((word for word in self.model.quantities[reaction].text.split() if word in used), "")


def _counting(scenario: Scenario) -> Scenario:
    """Let the counters run from time 0 on."""
    changes = {period.start: dict(period.changes) for period in scenario.periods}
    changes.setdefault(0.0, {})[COUNTING] = 1.0
    return Scenario(
        id=scenario.id,
        title=scenario.title,
        question=scenario.question,
        model=scenario.model,
        periods=tuple(Period(start=start, changes=changes[start]) for start in sorted(changes)),
        duration=scenario.duration,
    )


def _points() -> tuple[Array, Array]:
    """Points between 0 and 1, dense at either end, and their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(QUADRATURE)
    u = (nodes + 1) / 2
    # Smooth step of fifth degree, whose first two derivatives vanish at the ends.
    return u**3 * (10 - 15 * u + 6 * u**2), weights / 2 * 30 * u**2 * (1 - u) ** 2


def _shared_out(now: list[Array], production: NDArray[np.bool_], amounts: list[float]) -> tuple[Array, float]:
    """Contributions of reactions at the end, and of what is not settled; NaN where no ratio can be taken."""
    made = [float(rate[production].sum()) for rate in now]
    lost = [-float(rate[~production].sum()) for rate in now]
    if min((*made, *lost, *amounts), default=0.0) <= 0:
        return np.full(len(production), math.nan), math.nan
    size = _logarithmic_mean(amounts[1], amounts[0])
    per_amount = [rate / amount for rate, amount in zip(now, amounts, strict=True)]
    shares = np.where(
        production,
        (now[1] - now[0]) / _logarithmic_mean(made[1], made[0]),
        # Losses are negative: one that grows takes from the pool.
        (per_amount[1] - per_amount[0]) / _logarithmic_mean(lost[1] / amounts[1], lost[0] / amounts[0]),
    )
    return size * shares, size * math.log((lost[1] / made[1]) / (lost[0] / made[0]))


def _logarithmic_mean(one: float, other: float) -> float:
    ratio = math.log(one / other)
    return other if abs(ratio) < 1e-12 else (one - other) / ratio


def _ratio(one: float, other: float) -> float:
    return one / other if other else math.nan


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= NO_DIFFERENCE * max(abs(one), abs(other))
