"""Findings judged under every hypothesis, each over its own family of plausible cells, and how well each fits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zinc_sbml import catalog
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.findings.family import Family, FamilyComparison, compare_plausible, load_family
from zinc_sbml.hypotheses import Hypothesis, load_hypotheses
from zinc_sbml.scenarios import read_table
from zinc_sbml.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Fitness", "HypothesisComparison", "compare_hypotheses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitness:
    """How well a hypothesis fits the targets of the calibration.

    Attributes
    ----------
    parameters : int
        That were fitted.
    cost : float
        Of the best fit: the negative logarithm of the likelihood, up to a constant that all hypotheses share.
    log_evidence, spread : float
        Natural logarithm of the marginal likelihood, up to the same constant, and how far its estimates spread
        (standard deviation).
    cells : int
        In its family.
    accepted : float
        Share of the draws of its posterior that the family kept.
    given_up : tuple of str
        Findings that its cells need not meet, because too few of them meet all.
    """

    parameters: int
    cost: float
    log_evidence: float
    spread: float
    cells: int
    accepted: float
    given_up: tuple[str, ...]

    @property
    def aic(self) -> float:
        """Akaike's criterion, up to the constant."""
        return 2 * self.parameters + 2 * self.cost


@dataclass(frozen=True, kw_only=True, repr=False)
class HypothesisComparison(Shown):
    """All findings under all hypotheses.

    Attributes
    ----------
    hypotheses : dict of str to Hypothesis
        The shipped one first.
    comparisons : dict of str to FamilyComparison
        By hypothesis.
    fitness : dict of str to Fitness
        By hypothesis.
    """

    hypotheses: Mapping[str, Hypothesis]
    comparisons: Mapping[str, FamilyComparison]
    fitness: Mapping[str, Fitness]

    def _line(self) -> str:
        return ", ".join(self.hypotheses)

    @property
    def shares(self) -> pd.DataFrame:
        """Share of the cells in which each finding holds.

        Returns
        -------
        pandas.DataFrame
            Indexed by finding, those out of scope left out: calibration, and one column for each hypothesis.
        """
        import pandas as pd

        columns = {
            name: [verdict.share for verdict in comparison.verdicts] for name, comparison in self.comparisons.items()
        }
        findings = [verdict.finding for verdict in next(iter(self.comparisons.values())).verdicts]
        table = pd.DataFrame(columns, index=pd.Index([finding.id for finding in findings], name="finding"))
        table.insert(0, "calibration", [finding.calibration.value for finding in findings])
        return table.dropna()

    @property
    def fit(self) -> pd.DataFrame:
        """How well each hypothesis fits.

        Returns
        -------
        pandas.DataFrame
            Indexed by hypothesis: parameters, cost, aic (above the least), log_evidence, spread, log10_bayes (Bayes
            factor against the shipped hypothesis) with log10_spread (of both together), cells, accepted, given_up.
        """
        import pandas as pd

        least = min(one.aic for one in self.fitness.values())
        first = next(iter(self.fitness.values()))
        rows = {
            name: {
                "parameters": one.parameters,
                "cost": one.cost,
                "aic": one.aic - least,
                "log_evidence": one.log_evidence,
                "spread": one.spread,
                "log10_bayes": (one.log_evidence - first.log_evidence) / math.log(10),
                "log10_spread": 0.0 if one is first else math.hypot(one.spread, first.spread) / math.log(10),
                "cells": one.cells,
                "accepted": one.accepted,
                "given_up": ", ".join(one.given_up),
            }
            for name, one in self.fitness.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("hypothesis")

    def compromises(self, hypothesis: str) -> list[tuple[str, str, float, float, float]]:
        """What a hypothesis does instead of what it cannot meet.

        Returns
        -------
        list of (str, str, float, float, float)
            For each criterion that not every cell meets, of the findings that are given up: finding, criterion in
            words, and median, low and high of the number over the family (middle 90 percent).
        """
        gone = self.fitness[hypothesis].given_up
        return [
            (verdict.finding.id, check.criterion, check.median, check.low, check.high)
            for verdict in self.comparisons[hypothesis].verdicts
            if verdict.finding.id in gone
            for check in verdict.checks
            if check.share < 1
        ]


def compare_hypotheses() -> HypothesisComparison:
    """Judge the shipped register under every hypothesis, from the shipped families.

    Returns
    -------
    HypothesisComparison
        In the order of the register of hypotheses.

    Raises
    ------
    InvalidInputError
        If a family or a table of its fit is missing or cannot be read.
    """
    hypotheses = load_hypotheses()
    families = {name: load_family(hypothesis=name) for name in hypotheses}
    return HypothesisComparison(
        hypotheses=hypotheses,
        comparisons={name: compare_plausible(family=family) for name, family in families.items()},
        fitness={name: _fitness(hypotheses[name], family) for name, family in families.items()},
    )


def _fitness(hypothesis: Hypothesis, family: Family) -> Fitness:
    costs = [float(row["cost"]) for _, row in read_table(catalog.starts_path(hypothesis.rival), ("start", "cost"))]
    path = catalog.rival_directory(hypothesis.id) / "evidence.json"
    try:
        evidence = json.loads(path.read_text(encoding="utf-8"))
        log_evidence, spread = float(evidence["log_evidence"]), float(evidence["spread"])
    except (OSError, ValueError, KeyError) as problem:
        raise InvalidInputError(f"cannot read {path}; make it with `zinc-sbml calibrate evidence`: {problem}") from None
    given_up = family.provenance.get("but for", "nothing")
    return Fitness(
        parameters=len(set(family.parameters) - set(hypothesis.switches)),
        cost=min(costs),
        log_evidence=log_evidence,
        spread=spread,
        cells=len(family),
        accepted=int(family.provenance["accepted"]) / int(family.provenance["judged"]),
        given_up=() if given_up == "nothing" else tuple(given_up.split(", ")),
    )
