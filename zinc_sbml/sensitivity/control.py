"""Control coefficients: what a faster reaction would do to the steady state.

The concentration (or flux) control coefficient of a reaction is the relative change of a steady-state concentration (or
flux) per relative change of the rate of this reaction alone (Kacser and Burns; Heinrich and Rapoport). Over all
reactions those of a concentration sum to 0 and those of a flux to 1: if everything runs faster by the same factor, the
state stays and all fluxes grow by this factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from zinc_sbml.checks import check_changes, checked_readouts
from zinc_sbml.engine import DEFAULT_TOLERANCES, Tolerances, engine_for
from zinc_sbml.errors import InvalidInputError, UnknownIdError
from zinc_sbml.linear_algebra import Array
from zinc_sbml.model import Model, load_model
from zinc_sbml.sensitivity.implicit import READOUT_STEP, responses
from zinc_sbml.sensitivity.instrumented import factor_of, factored_model
from zinc_sbml.sensitivity.process_names import processes_of
from zinc_sbml.sensitivity.steps import POTENTIAL
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHAIN", "ControlCoefficients", "Method", "control_coefficients"]

Method = Literal["equations", "rests"]
"""How they are computed: from the equations of the steady state, or from the rests of cells with faster reactions."""

CHAIN = (
    "Zn_er",
    "ero1_zinc_bound_fraction",
    "ero1_flux",
    "pdi_oxidised_fraction",
    "disulfide_formation_rate",
    "bulk_maturation_rate",
    "egfr_maturation_rate",
    "notch_maturation_rate",
    "misfolded_protein",
    "erad_flux",
    "upr_activity",
)
"""From zinc to folding and its control, in the cell."""

# Rates are changed by this on the natural logarithm; see `zinc_sbml.sensitivity.local`.
_STEP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ControlCoefficients(Shown):
    """Control coefficients of every reaction on readouts of a steady state.

    Attributes
    ----------
    model : str
        Id of the model.
    values : pandas.Series
        The readouts at the steady state.
    reactions : pandas.DataFrame
        Reactions by readouts. Of a potential, and of a readout that is zero, the change itself, not the relative one.
    processes : pandas.DataFrame
        Processes by readouts: sums over their reactions, in the order of the model.
    expected : pandas.Series
        What the summation theorem demands for each readout: 0 for what the state alone determines, 1 for a flux.
        Found by making all reactions faster at a fixed state.
    """

    model: str
    values: pd.Series
    reactions: pd.DataFrame
    processes: pd.DataFrame
    expected: pd.Series

    def _line(self) -> str:
        return f"{self.model}, {len(self.values)} readouts, {len(self.reactions)} reactions"

    @property
    def sums(self) -> pd.Series:
        """Sum over all reactions, for each readout."""
        return self.reactions.sum(axis=0)


def control_coefficients(
    model: str | Path | Model = "er_zinc_redox",
    *,
    readouts: Iterable[str] | None = None,
    changes: Mapping[str, float] = MappingProxyType({}),
    method: Method = "equations",
    tolerances: Tolerances = DEFAULT_TOLERANCES,
) -> ControlCoefficients:
    """Compute control coefficients of all reactions.

    Parameters
    ----------
    model : str, path or Model, optional
        The cell by default.
    readouts : iterable of str, optional
        Readouts, species or reactions (for their fluxes); `CHAIN` by default. Folds keep dividing by the rest of the
        cell as it is, so that the coefficient of a fold is that of what it is the fold of.
    changes : mapping of str to float, optional
        What holds at the steady state: inputs such as an inhibitor, parameters.
    method : {"equations", "rests"}, optional
        Two independent ways. ``rests`` finds two steady states per reaction.
    tolerances : Tolerances, optional
        Of the search for rests.

    Returns
    -------
    ControlCoefficients
        For every reaction and every process.

    Raises
    ------
    UnknownIdError, InvalidInputError
        If a readout or change cannot be used, or there is no such method.
    SimulationError
        If there is no steady state.

    Notes
    -----
    A reaction at equilibrium (buffering) has no net flux and hence no control over the steady state. Reservoirs do not
    matter for the sums. Where a rate law reads another rate, only the scaled reaction itself is scaled; see
    `zinc_sbml.sensitivity.instrumented.factored_model`.
    """
    import pandas as pd

    if method not in ("equations", "rests"):
        raise UnknownIdError("method", str(method), ("equations", "rests"))
    loaded = model if isinstance(model, Model) else load_model(model)
    if readouts is None:
        readouts = [name for name in CHAIN if name in loaded.quantities]
        if not readouts:
            raise InvalidInputError(f"model {loaded.id} has nothing of what is read by default: name readouts")
    columns = checked_readouts(loaded, readouts)
    check_changes(loaded, changes, "changes")
    factored = factored_model(loaded)
    factors = {reaction.id: factor_of(reaction.id) for reaction in loaded.having("reaction")}
    if method == "equations":
        found = responses(
            factored, factors.values(), columns, changes=changes, own_references=False, tolerances=tolerances
        )
        values, slopes = found.values, found.slopes
    else:
        values, slopes = _from_rests(factored, tuple(factors.values()), columns, changes, tolerances)
    scale = _scale(loaded, columns, values)
    table = pd.DataFrame(slopes / scale, index=pd.Index(factors, name="reaction"), columns=list(columns))
    names = processes_of(loaded)
    sums: dict[str, Array] = {}
    for one, row in zip(factors, slopes / scale, strict=True):
        sums[names[one]] = sums.get(names[one], np.zeros(len(columns))) + row
    by_process = pd.DataFrame(
        np.array(list(sums.values())), index=pd.Index(list(sums), name="process"), columns=list(columns)
    )
    return ControlCoefficients(
        model=loaded.id,
        values=pd.Series(values, index=list(columns)),
        reactions=table,
        processes=by_process,
        expected=pd.Series(
            _all_faster(factored, tuple(factors.values()), columns, changes, tolerances) / scale, index=list(columns)
        ),
    )


def _scale(model: Model, columns: tuple[str, ...], values: Array) -> Array:
    potential = np.array([model.quantities[name].unit == POTENTIAL for name in columns])
    return np.where(potential | (values == 0), 1.0, values)


def _from_rests(
    model: Model,
    factors: tuple[str, ...],
    columns: tuple[str, ...],
    changes: Mapping[str, float],
    tolerances: Tolerances,
) -> tuple[Array, Array]:
    engine = engine_for(model)

    def at_rest(own: Mapping[str, float]) -> Array:
        engine.rest({**changes, **own}, scenario="rest", tolerances=tolerances)
        return engine.values(columns)

    with engine.lock:
        slopes = [
            (at_rest({name: float(np.exp(_STEP))}) - at_rest({name: float(np.exp(-_STEP))})) / (2 * _STEP)
            for name in factors
        ]
        return at_rest({}), np.array(slopes)


def _all_faster(
    model: Model,
    factors: tuple[str, ...],
    columns: tuple[str, ...],
    changes: Mapping[str, float],
    tolerances: Tolerances,
) -> Array:
    """Change of readouts with the logarithm of all rates together, at a fixed state."""
    engine = engine_for(model)
    with engine.lock:
        engine.rest(changes, scenario="rest", tolerances=tolerances)
        found = []
        for step in (READOUT_STEP, -READOUT_STEP):
            engine.change(dict.fromkeys(factors, float(np.exp(step))))
            found.append(engine.values(columns))
    return (found[0] - found[1]) / (2 * READOUT_STEP)
