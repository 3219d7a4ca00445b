"""The papers that a fitted parameter names are those of targets that move with it."""

from __future__ import annotations

import csv

import numpy as np

from zinc_sbml import catalog
from zinc_sbml.calibration.problem import load_problem
from zinc_sbml.table_text import read_rows

# A tenth of the parameter's own relative change: less would be a paper that hardly had a say.
LEAST = 0.1

# Named for the prior, which is an analogy to another enzyme; no target is from this paper.
OF_THE_PRIOR = {("ero1_zinc_release_k", "https://doi.org/10.1021/bi0301385")}


def test_every_source_of_a_fitted_parameter_moves_with_it():
    problem = load_problem()
    nominal = np.array(problem.nominal)
    papers = {finding.id: finding.source for finding in problem.findings}
    sources = catalog.petab_directory(catalog.DEFAULT_MODEL) / "measurement_sources.tsv"
    papers |= {row["datasetId"]: row["source"] for row in read_rows(sources)}
    with catalog.passports_path().open(encoding="utf-8", newline="") as stream:
        passports = {
            row["id"]: row for row in csv.DictReader(stream, delimiter="\t") if "er_zinc_redox" in row["models"]
        }
    idle = []
    for number, parameter in enumerate(problem.parameters):
        values = []
        for step in (0.1, -0.1):
            coordinates = nominal.copy()
            coordinates[number] += step
            values.append(problem.evaluate_at(coordinates).values)
        with np.errstate(all="ignore"):
            moved = np.abs(np.log(np.abs(values[0] / values[1]))) / (0.2 * np.log(10))
        strength: dict[str, float] = {}
        for target, size in zip(problem.targets, moved, strict=True):
            paper = papers[target.finding or target.id]
            strength[paper] = max(strength.get(paper, 0.0), size if np.isfinite(size) else 0.0)
        named = passports[parameter.id]["source"].split()
        assert named, parameter.id
        idle += [
            (parameter.id, paper, round(float(strength.get(paper, 0.0)), 3))
            for paper in named
            if (parameter.id, paper) not in OF_THE_PRIOR and strength.get(paper, 0.0) < LEAST
        ]
    assert idle == []
