"""The search on two toy models with a known answer, and on the cell."""

import math

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.discrimination.readings import courses, readings, relative
from zinc_sbml.discrimination.search import STEP_PAYS, Discrimination, as_read, rank
from zinc_sbml.errors import InvalidInputError, UnknownIdError

NOISE = 0.2


def column(designs, experiment, readout, time, against="rest"):
    [found] = [
        i
        for i, one in enumerate(designs.readings)
        if (one.experiment, one.assay.readout, one.time, one.against) == (experiment, readout, time, against)
    ]
    return found


@pytest.fixture(scope="module")
def read(designs, fast, slow):
    return [readings(family, designs, cells=3) for family in (fast, slow)]


@pytest.mark.parametrize("time", [1.0, 4.0, 60.0])
def test_readings_are_those_of_the_closed_form(designs, fast, read, time):
    """A falls by exp(-k t), and below 5 percent of rest nothing is told from none."""
    found = read[0].values[:, column(designs, "drug", "level", time)]
    expected = [max(-k * time, math.log(0.05)) / NOISE for k in fast.parameters["k"]]
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_potential_is_read_as_a_difference(designs, read):
    """B begins at 5 and falls by exp(-0.1 t) whatever the rate of A; its noise is 0.5."""
    found = read[0].values[:, column(designs, "drug", "other_level", 4.0)]
    assert found == pytest.approx([5 * (math.exp(-0.4) - 1) / 0.5] * 3, rel=1e-5)


def test_a_control_went_without_the_last_step(designs, slow, read):
    """Rescue at 1 s, read at 5 s: A stays at exp(-k) where the control falls to exp(-5 k)."""
    words = "drug, after 1 s rescue"
    found = read[1].values[:, column(designs, words, "level", 5.0, "control")]
    assert found == pytest.approx([4 * k / NOISE for k in slow.parameters["k"]], rel=1e-5)
    at_rest = read[1].values[:, column(designs, words, "level", 5.0)]
    assert at_rest == pytest.approx([-k / NOISE for k in slow.parameters["k"]], rel=1e-5)


def test_the_best_experiment_is_the_one_worked_out_by_hand(designs, read, rates):
    """Under the drug A is read best at 4 s: at 60 s both are at the limit. One step more has to pay for itself.

    A pulse of double dose for 1 s after 1 s, read 1 s later, sees 1 + 2 + 1 rates; rescue is read best against the
    control, at 5 s: a difference of 4 rates again. Neither is better than the drug alone, nor is the idle input.
    """
    best = rank(read[0].values, read[1].values, designs, top=9)
    chosen = {designs.experiments[one.reading.experiment].kinds: one for one in best}

    fast, slow = rates

    def by_hand(seconds):
        """Three cells at 0.9, 1 and 1.1 of a rate: their middle 68 percent spans 0.2 (1 - 2 x 0.1587) of it."""
        spread = 0.1 * (1 - 2 * 0.15865525393145707)
        spreads = [spread * rate * seconds / NOISE for rate in rates]
        return (slow - fast) * seconds / NOISE / math.sqrt(np.mean(np.square(spreads)) + 1)

    drug = chosen["drug",]
    assert (drug.reading.assay.readout, drug.reading.time, drug.reading.against) == ("level", 4.0, "rest")
    assert drug.separation == pytest.approx(by_hand(4), rel=1e-4)
    assert set(chosen) == {("drug",), ("pulse",), ("idle",)}
    assert [abs(one.separation) for one in best] == sorted((abs(one.separation) for one in best), reverse=True)


def test_a_pulse_ends_at_what_was_before(designs, fast, read):
    found = read[0].values[:, column(designs, "drug, after 1 s pulse", "level", 3.0)]
    assert found == pytest.approx([-4 * k / NOISE for k in fast.parameters["k"]], rel=1e-5)


def test_a_further_step_that_pays_is_kept(designs):
    """Made-up readings: the pulse after the drug separates twice as well as the drug alone."""
    one, other = np.zeros((4, len(designs.readings))), np.zeros((4, len(designs.readings)))
    one[:, column(designs, "drug", "level", 1.0)] = 3.0
    longer = column(designs, "drug, after 1 s pulse", "level", 3.0)
    one[:, longer] = 6.0
    kinds = [designs.experiments[best.reading.experiment].kinds for best in rank(one, other, designs, top=2)]
    assert kinds == [("drug", "pulse"), ("drug",)]
    one[:, longer] = 3.0 * STEP_PAYS
    assert designs.experiments[rank(one, other, designs, top=1)[0].reading.experiment].kinds == ("drug",)


def test_a_kind_that_is_left_out_bars_no_longer_one(designs):
    """2, 2.2 with a second step, 2.7 with a third: the second does not pay, both together do."""
    one, other = np.zeros((4, len(designs.readings))), np.zeros((4, len(designs.readings)))
    for words, value in (("drug", 2.0), ("drug, after 1 s idle", 2.2), ("drug, after 1 s idle, after 1 s pulse", 2.7)):
        i = next(i for i, reading in enumerate(designs.readings) if reading.experiment == words)
        one[:, i] = value
    kinds = [designs.experiments[best.reading.experiment].kinds for best in rank(one, other, designs, top=2)]
    assert kinds == [("drug", "idle", "pulse"), ("drug",)]


def test_processes_do_not_matter(designs, fast, read):
    again = readings(fast, designs, cells=3, processes=2)
    assert np.array_equal(again.values, read[0].values)


def test_the_table_says_what_a_laboratory_would_read(designs, read, rates):
    best = rank(read[0].values, read[1].values, designs, top=1)
    found = Discrimination(one="fast", other="slow", best=best, designs=designs, failures=[])
    row = found.frame.loc[1]
    assert row["one_median"] == pytest.approx(math.exp(-4 * rates[0]), rel=1e-5)
    assert row["other_median"] == pytest.approx(math.exp(-4 * rates[1]), rel=1e-5)
    assert row["hours"] * 3600 == pytest.approx(4.0)
    assert row["minutes_after"] * 60 == pytest.approx(4.0)
    difference = next(one for one in designs.readings if one.assay.absolute)
    assert as_read(difference, np.array([2.0])).tolist() == [1.0]


def test_curves_pass_through_the_readings(designs, slow, read):
    words = "drug, after 1 s rescue"
    reading = designs.readings[column(designs, words, "level", 5.0, "control")]
    course = courses(slow, designs, reading, [2.0, 5.0], cells=3)
    assert course[:, 1] == pytest.approx(read[1].values[:, column(designs, words, "level", 5.0, "control")], rel=1e-5)


def test_a_cell_that_cannot_be_simulated_is_missing_and_told():
    """Without loss of glutathione the cell has no rest."""
    family = zs.load_family()
    dead = {**{name: values[:2].copy() for name, values in family.parameters.items()}}
    dead["gsh_efflux_k"][1] = 0.0
    dead["gsh_gssg_export_k"][1] = 0.0
    designs = zs.load_designs()
    few = type(designs)(
        model=designs.model,
        experiments={"ZIP7 inhibitor 1 uM": designs.experiments["ZIP7 inhibitor 1 uM"]},
        assays=designs.assays[:2],
    )
    found = readings(type(family)(ids=("living", "dead"), parameters=dead, values={}), few, cells=2)
    assert np.isfinite(found.values[0]).all()
    assert np.isnan(found.values[1]).all()
    [failure] = found.failures
    assert failure.parameters["gsh_efflux_k"] == 0.0


def test_readings_of_the_cell_are_those_of_simulate():
    """One reading of the shipped designs, taken by hand with `simulate`."""
    designs = zs.load_designs()
    words = "ZIP7 inhibitor 1 uM, after 24 h luminal chelator 10 uM"
    few = type(designs)(
        model=designs.model,
        experiments={name: designs.experiments[name] for name in ("ZIP7 inhibitor 1 uM", words)},
        assays=designs.assays,
    )
    family = zs.load_family()
    found = readings(family, few, cells=1).values[0]
    cell, hour = family.cell(0), 3600.0
    treated = zs.Scenario(
        id="treated",
        duration=32 * hour,
        periods=[
            zs.Period(start=0, changes={"zip7_inhibitor": 1}),
            zs.Period(start=24 * hour, changes={"er_chelator": 10}),
        ],
    )
    control = zs.Scenario(id="control", duration=32 * hour, periods=treated.periods[:1])
    runs = [
        zs.simulate(one, parameters=cell, times=[0, 32 * hour], readouts=["xbp1s_fold"]) for one in (treated, control)
    ]
    ratio = runs[0].at("xbp1s_fold", 32 * hour) / runs[1].at("xbp1s_fold", 32 * hour)
    assert found[column(few, words, "xbp1s_fold", 32 * hour, "control")] == pytest.approx(
        math.log(ratio) / NOISE, abs=1e-4
    )


def test_nothing_is_told_from_none_below_the_limit(designs):
    level = designs.assays[0]
    found = relative(level, np.array([0.0, 1e-9, 0.01]), np.array([1.0, 1.0, 1e-9]), np.array([1.0, 1.0, 1.0]))
    assert found == pytest.approx([math.log(0.05) / NOISE, math.log(0.05) / NOISE, 0.0])


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"one": "erad", "other": "erad"}, InvalidInputError, "both hypotheses are erad"),
        ({"one": "ered", "other": "trap"}, UnknownIdError, "erad"),
        ({"cells": 1}, InvalidInputError, "cells: 1, expected at least 2"),
        ({"top": 0}, InvalidInputError, "top: 0, expected at least 1"),
    ],
)
def test_bad_questions_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        zs.discriminate(**arguments)
