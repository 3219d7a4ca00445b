"""One input at several doses: against the small cell by hand, over cells by hand, and what is refused."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from zinc_sbml.doses import dose_response
from zinc_sbml.errors import InvalidInputError, SimulationError, UnknownIdError
from zinc_sbml.findings import Criterion, Family, Finding, Kind, Measure, compare, load_family
from zinc_sbml.model import Model
from zinc_sbml.scenarios import Period, Scenario
from zinc_sbml.simulation import simulate

Rest = Callable[..., dict[str, float]]
DOSES = [0, 0.001, 0.005, 0.02, 0.05, 0.2, 1, 10]


def scenario(*periods: tuple[float, dict[str, float]], duration: float = 100.0) -> Scenario:
    made = tuple(Period(start=start, changes=changes) for start, changes in periods)
    return Scenario(id="test", title="a test", model="small_cell", periods=made, duration=duration)


def test_each_dose_is_a_run(small_cell: Model, small_cell_rest: Rest) -> None:
    course = scenario((0.0, {"drug": 1.0}), duration=2e7)
    doses = [0.5, 0.0, 0.05]
    response = dose_response("drug", doses, ["Zn", "free_fraction"], scenario=course, model=small_cell)
    assert response.frame.index.name == "drug"
    assert response.frame.index.tolist() == doses
    assert response.frame.columns.tolist() == ["Zn", "free_fraction"]
    expected = [small_cell_rest(drug=dose) for dose in doses]
    np.testing.assert_allclose(response["Zn"], [item["Zn"] for item in expected], rtol=1e-6)
    np.testing.assert_allclose(response["free_fraction"], [item["enzyme"] / 0.65 for item in expected], rtol=1e-6)
    assert response.table.equals(response.frame)
    assert response.provenance["sha256"] == small_cell.sha256
    assert response.provenance["duration"] == 2e7


def test_statistics(small_cell: Model) -> None:
    course = scenario((0.0, {"drug": 1.0}), duration=1e6)
    result = simulate(course, model=small_cell, readouts=["Zn"])
    for statistic, expected in (
        ("initial", 1e-5), ("final", result.final["Zn"]), ("max", result.max("Zn")), ("min", result.min("Zn")),
        ("mean", result.mean("Zn")),
    ):  # fmt: skip
        response = dose_response("drug", [1.0], "Zn", scenario=course, model=small_cell, statistic=statistic)
        assert response["Zn"].tolist() == [pytest.approx(expected, rel=1e-12)]
    with pytest.raises(UnknownIdError, match="'mean'"):
        dose_response("drug", [1.0], "Zn", scenario=course, model=small_cell, statistic="men")


def test_half_dose_and_slope_of_the_small_cell(small_cell: Model) -> None:
    """The effect is 1/(1 + drug/ki): EC50 is ki and the slope 1."""
    response = dose_response("drug", DOSES, "drug_effect", scenario=scenario(), model=small_cell)
    fit = response.hill()
    assert (fit.ec50, fit.slope) == (pytest.approx(0.05, rel=1e-9), pytest.approx(1, rel=1e-9))
    assert (fit.untreated, fit.saturated) == (pytest.approx(1, rel=1e-9), pytest.approx(0, abs=1e-9))
    # Half of the effect at the largest dose, 10: 1/(1 + d/ki) = (1 + 1/201)/2; read between 0.02 and 0.05.
    assert response.half_dose() == pytest.approx(0.05 * (2 / (1 + 1 / 201) - 1), rel=0.01)
    backwards = dose_response("drug", DOSES[::-1], "drug_effect", scenario=scenario(), model=small_cell)
    assert backwards.half_dose() == response.half_dose()
    other = dose_response(
        "drug", DOSES, "drug_effect", scenario=scenario(), model=small_cell, parameters={"ki": 0.2, "gain": 2.0}
    )
    assert other.hill().ec50 == pytest.approx(0.1, rel=1e-9)


def test_cells_by_hand(small_cell: Model, family: Callable[..., Family]) -> None:
    """In each cell the EC50 is its own ki, so the spread is that of ki; every other cell is asked."""
    inhibition = [0.01, 9.0, 0.03, 9.0, 0.05, 9.0, 0.07, 9.0, 0.09]
    cells = family(ki=inhibition)
    response = dose_response(
        "drug", DOSES, ["drug_effect", "Zn"], scenario=scenario(), model=small_cell, cells=5, family=cells
    )
    assert response.cells == ("cell_0", "cell_2", "cell_4", "cell_6", "cell_8")
    own = np.array(inhibition[::2])
    np.testing.assert_allclose(response.cell_values[:, :, 0], 1 / (1 + np.array(DOSES) / own[:, None]), rtol=1e-9)
    summary = response.summary("drug_effect")
    low, median, high = np.quantile(own, (0.05, 0.5, 0.95))
    assert summary.loc["ec50", ["value", "median", "low", "high"]].tolist() == pytest.approx([0.05, median, low, high])
    assert summary.loc["slope", ["value", "median", "low", "high"]].tolist() == pytest.approx([1, 1, 1, 1])
    assert summary["cells"].tolist() == [5, 5, 5]
    assert summary["undetermined"].tolist() == [0, 0, 0]
    expected = np.quantile(response.cell_values[:, :, 0], (0.05, 0.5, 0.95), axis=0)
    np.testing.assert_allclose(response.band("drug_effect"), expected, rtol=1e-12)
    assert response.table["drug_effect median"].tolist() == pytest.approx(expected[1].tolist())
    assert response.table.columns.tolist()[4:] == ["Zn", "Zn median", "Zn low", "Zn high"]


def test_cells_that_are_not_determined_are_counted(small_cell: Model, family: Callable[..., Family]) -> None:
    """With ki = 40 the largest dose has a fifth of the effect; without an exit for zinc there is no rest."""
    cells = family(ki=[0.05, 40.0, 0.05], kout=[1.0, 1.0, 0.0])
    response = dose_response("drug", DOSES, "drug_effect", scenario=scenario(), model=small_cell, cells=3, family=cells)
    assert list(response.failures) == ["cell_2"]
    assert response.failures["cell_2"]
    summary = response.summary()
    assert summary["undetermined"].to_dict() == {"half_dose": 1, "ec50": 2, "slope": 2}
    assert summary.loc["ec50", "median"] == pytest.approx(0.05)
    assert np.isfinite(response.band()).all()
    with pytest.raises(SimulationError):
        dose_response("drug", DOSES, "Zn", scenario=scenario(), model=small_cell, parameters={"kout": 0.0})


def test_given_parameters_are_those_of_all_cells(small_cell: Model, family: Callable[..., Family]) -> None:
    """A given parameter takes the place of the cells' own; a given dose is the same at every dose of the other."""
    cells = family(ki=[0.02, 0.08])
    response = dose_response(
        "drug", DOSES, ["drug_effect", "Zn"], scenario=scenario(duration=1e7), model=small_cell, cells=2, family=cells,
        parameters={"gain": 2.0, "pump": 0.5},
    )  # fmt: skip
    np.testing.assert_allclose(
        response.cell_values[:, :, 0], 1 / (1 + 2 * np.array(DOSES) / np.array([[0.02], [0.08]])), rtol=1e-9
    )
    np.testing.assert_allclose(response.cell_values[:, 0, 1], 2e-5, rtol=1e-6)
    same = dose_response(
        "drug", DOSES, "drug_effect", scenario=scenario(), model=small_cell, cells=2, family=cells,
        parameters={"ki": 0.3},
    )  # fmt: skip
    np.testing.assert_array_equal(same.cell_values[0], same.cell_values[1])
    np.testing.assert_allclose(same.cell_values[0], same.values, rtol=1e-12)


def test_shipped_cells_are_those_of_simulate_whatever_the_processes() -> None:
    arguments = ("zip7_inhibitor", [0, 0.1, 1], ["notch_maturation_rate", "xbp1s_fold"])
    one, two = (dose_response(*arguments, duration=86400, cells=5, processes=count) for count in (1, 2))
    np.testing.assert_array_equal(one.cell_values, two.cell_values)
    assert one.cells == two.cells
    family = load_family()
    number = family.ids.index(one.cells[1])
    assert number == 325
    alone = simulate(
        "baseline", parameters={**family.cell(number), "zip7_inhibitor": 0.1}, duration=86400, readouts=one.readouts
    )
    # Many cells find their rest another way: the numbers are those of the tolerance of the solver.
    np.testing.assert_allclose(one.cell_values[1, 1], alone.values[-1], rtol=1e-6)


def test_the_half_dose_is_that_of_the_findings() -> None:
    """The finding on the dose of the ZIP7 inhibitor and this function say the same."""
    doses = [0, 0.03, 0.06, 0.1, 0.14, 0.2, 0.4, 5]
    criterion = Criterion(
        kind=Kind.HALF_EFFECT_DOSE, of=Measure(scenario="zip7_inhibition", readout="notch_maturation_rate"),
        input="zip7_inhibitor", doses=tuple(doses), at_least=0.043,
    )  # fmt: skip
    known = next(one.finding for one in compare().verdicts if one.finding.id == "zip7_inhibitor_notch_dose")
    assert isinstance(known, Finding)
    assert known.criteria[0].doses == criterion.doses
    told = next(one for one in compare([known]).verdicts)
    response = dose_response("zip7_inhibitor", doses, "notch_maturation_rate", scenario="zip7_inhibition")
    assert response.half_dose() == pytest.approx(told.checks[0].value, rel=1e-12)


def test_the_inhibition_constant_of_en460_is_found_in_the_test_tube() -> None:
    """At once the enzyme follows its rate law, with the EC50 and slope written there; later less PDI is oxidised."""
    response = dose_response(
        "ero1_inhibitor", [0, 0.1, 0.3, 1, 3, 10, 30, 300], "ero1_flux", scenario="ero1_assay_en460", duration=300.001
    )
    fit = response.hill()
    assert fit.ec50 == pytest.approx(1.9, rel=1e-3)
    assert fit.slope == pytest.approx(1.0, rel=1e-3)


# ------------------------------------------------------------------------------------------------------- refused


def test_all_doses_are_checked_before_the_first_run(small_cell: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zinc_sbml.doses.runs.simulate", lambda *_, **__: pytest.fail("a run was made"))
    with pytest.raises(InvalidInputError, match="nan"):
        dose_response("drug", [1.0, math.nan], "Zn", scenario=scenario(), model=small_cell)
    with pytest.raises(InvalidInputError, match="at most 1301"):
        dose_response("zip7_inhibitor", [1.0], "Zn_er", cells=1302)


@pytest.mark.parametrize(
    ("input", "doses", "words"),
    [
        ("zip7_inhibiter", [0, 1], ["zip7_inhibiter", "zip7_inhibitor"]),
        ("zip7_inhibitor", [], ["doses"]),
        ("zip7_inhibitor", None, ["doses"]),
        ("zip7_inhibitor", 5, ["doses", "5"]),
        ("zip7_inhibitor", "0,1", ["doses", "0,1"]),
        ("zip7_inhibitor", [0, -1], ["zip7_inhibitor", "-1", "0 to 100 uM"]),
        ("zip7_inhibitor", [0, 101], ["zip7_inhibitor", "101", "0 to 100 uM"]),
        ("zip7_inhibitor", [0, "1"], ["zip7_inhibitor", "'1'", "number"]),
        ("zip7_inhibitor", [0, 0.1, 0.1], ["zip7_inhibitor = 0.1 uM", "twice"]),
        ("zinc_traps_ero1", [0, 1], ["zinc_traps_ero1", "switch"]),
        ("ero1_flux", [0, 1], ["ero1_flux", "readout"]),
        ("Zn_er_reference", [0, 1], ["Zn_er_reference"]),
    ],
)
def test_bad_doses(input: str, doses: object, words: list[str]) -> None:
    with pytest.raises((InvalidInputError, UnknownIdError)) as error:
        dose_response(input, doses, "notch_maturation_rate")  # type: ignore[arg-type]
    assert all(word in str(error.value) for word in words), error.value


def test_bad_questions(small_cell: Model, two_drugs: Model, family: Callable[..., Family]) -> None:
    with pytest.raises(UnknownIdError, match="notch_maturation_rate"):
        dose_response("zip7_inhibitor", [0, 1], "notch_maturation_rat")
    with pytest.raises(InvalidInputError, match="in one place"):
        dose_response("zip7_inhibitor", [0, 1], "Zn_er", parameters={"zip7_inhibitor": 1.0})
    with pytest.raises(InvalidInputError, match="scenario"):
        dose_response("zip7_inhibitor", [0, 1], "Zn_er", scenario=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="parameters"):
        dose_response("zip7_inhibitor", [0, 1], "Zn_er", parameters=["ki"])  # type: ignore[arg-type]
    for cells in (-1, 2.0, True):
        with pytest.raises(InvalidInputError, match="cells"):
            dose_response("zip7_inhibitor", [0, 1], "Zn_er", cells=cells)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="ki is a parameter"):
        dose_response("ki", [1], "Zn", scenario=scenario(), model=small_cell, cells=1, family=family(ki=[1.0]))
    with pytest.raises(InvalidInputError, match="two_drugs has none"):
        dose_response("one", [1], "left", scenario=scenario(), model=two_drugs, cells=1)
    response = dose_response("drug", [0, 1], ["Zn", "drug_effect"], scenario=scenario(), model=small_cell)
    with pytest.raises(InvalidInputError, match="expected one of Zn, drug_effect"):
        response.hill()
    with pytest.raises(UnknownIdError, match="drug_effect"):
        response.half_dose("drug_efect")


def test_a_readout_that_does_not_respond_is_told(two_drugs: Model) -> None:
    response = dose_response("one", [0, 1, 2, 5, 10], "idle", scenario=scenario(), model=two_drugs)
    assert "does not respond" in response.hill().reason
    assert math.isnan(response.half_dose())
    assert response.summary()["value"].isna().all()


# ------------------------------------------------------------------------------------------------------- pictures


def test_picture(small_cell: Model, family: Callable[..., Family], tmp_path) -> None:
    response = dose_response(
        "drug", DOSES, ["drug_effect", "gain"], scenario=scenario(), model=small_cell, cells=2,
        family=family(ki=[0.02, 0.08]),
    )  # fmt: skip
    figure = response.plot(path=tmp_path / "doses.svg")
    response.plot(path=tmp_path / "again.svg")
    assert (tmp_path / "doses.svg").read_bytes() == (tmp_path / "again.svg").read_bytes()
    effect, gain = figure.axes
    lines = {line.get_label(): line for line in effect.get_lines()}
    shown = lines["model"].get_xdata()
    assert 0 < shown[0] < DOSES[1] / 2  # type: ignore[operator]
    assert list(shown[1:]) == DOSES[1:]
    assert "Hill curve" in lines
    assert effect.xaxis.get_major_formatter()(shown[0], 0) == "0"  # type: ignore[operator]
    assert [text.get_text() for text in effect.texts if "EC50" in text.get_text()] == [
        "EC50 0.05 µM, slope 1, R² 1.000"
    ]
    assert any("no Hill curve" in text.get_text() for text in gain.texts)
    with pytest.raises(UnknownIdError, match="drug_effect"):
        response.plot(["drug_efect"])
    with pytest.raises(InvalidInputError, match="none given"):
        response.plot([])
    with pytest.raises(InvalidInputError, match="above 0"):
        dose_response("drug", [0], "Zn", scenario=scenario(), model=small_cell).plot()
