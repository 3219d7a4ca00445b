"""The COPASI file, opened and run through basico."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import zinc_sbml as zs
from zinc_sbml.engine import Tolerances
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.exchange.copasi import copasi_file, locale_kept

CELL = {name: one for name, one in zs.load_scenarios().items() if one.model == "er_zinc_redox"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The file as basico sees it."""
    with locale_kept():
        import basico

        path = tmp_path_factory.mktemp("exports") / "cell.cps"
        zs.export("copasi", path)
        document = basico.load_model(str(path))
        assert document is not None
        yield basico
        basico.remove_datamodel(document)


def test_each_scenario_is_a_parameter_set_with_its_length(opened):
    sets = {one["name"]: one["description"] for one in opened.get_parameter_sets()}
    assert set(sets) == set(CELL)
    for name, one in CELL.items():
        assert one.question in sets[name]
        assert f"for {one.duration:g} s" in sets[name]


@pytest.mark.parametrize("name", ["zip7_inhibition", "dtt_pulse", "dtt_pulse_ero1_knockout", "zip7_inhibition_washout"])
def test_a_set_runs_as_its_scenario(opened, name):
    one = CELL[name]
    opened.apply_parameter_set(name, exact=True)
    table = opened.run_time_course(
        start_time=0,
        duration=one.duration,
        intervals=200,
        method="lsoda",
        r_tol=1e-12,
        a_tol=1e-18,
        max_steps=1_000_000,
    )
    # Display names are the ids.
    table.columns = [column.removeprefix("Values[").removesuffix("]") for column in table.columns]
    times = np.linspace(0, one.duration, 201)
    ours = zs.simulate(one, times=times, tolerances=Tolerances(relative=1e-12, absolute=1e-18))
    inside = ~np.isin(times, [0.0, *(period.start for period in one.periods)])
    for column in ours.columns:
        peak = max(np.abs(ours[column]).max(), 1e-12)
        assert np.abs(table[column].to_numpy() - ours[column].to_numpy())[inside].max() <= 1e-7 * peak, column


def test_the_file_stands_at_the_resting_cell(opened, tmp_path):
    path = tmp_path / "again.cps"
    zs.export("copasi", path)
    document = opened.load_model(str(path))
    try:
        values = opened.get_parameters()["initial_value"]
        inputs = zs.inputs()["value"]
        assert len(inputs) > 20
        for name, value in inputs.items():
            assert values[name] == value, name
        # Until a set says otherwise no timed change happens.
        assert all(values[name] == 1e9 for name in values.index if name.endswith("_time"))
    finally:
        opened.remove_datamodel(document)


@pytest.fixture
def document(tmp_path):
    """The file as COPASI itself opens it."""
    path = tmp_path / "assay.cps"
    zs.export("copasi", path, model="ero1_assay")
    with locale_kept():
        import COPASI

        opened = COPASI.CRootContainer.addDatamodel()
        assert opened.loadModel(str(path))
        yield opened
        COPASI.CRootContainer.removeDatamodel(opened)


def test_only_the_time_course_runs_and_brings_up_plots(document):
    tasks = document.getTaskList()
    scheduled = [tasks.get(number).getObjectName() for number in range(tasks.size()) if tasks.get(number).isScheduled()]
    assert scheduled == ["Time-Course"]
    written = ElementTree.fromstring(document.saveModelToString().encode())
    plots = written.findall("{*}ListOfPlots/{*}PlotSpecification")
    assert len(plots) >= 2
    assert {plot.get("taskTypes") for plot in plots} == {"Time-Course"}
    assert all(plot.findall("{*}ListOfPlotItems/{*}PlotItem") for plot in plots)


def test_names_lead_the_notes(document):
    model = document.getModel()
    notes = {
        item.getObjectName(): item.getNotes()
        for item in (model.getModelValue(i) for i in range(model.getNumModelValues()))
    }
    parameters = zs.load_model("ero1_assay").quantities
    assert len(notes) > 50
    for name, text in notes.items():
        if name in parameters and parameters[name].name != name:
            assert f">{parameters[name].name}." in text.replace("&gt;", ">"), name


def test_a_scenario_of_another_model_is_refused():
    with pytest.raises(InvalidInputError, match="ero1_assay_zinc is for model ero1_assay, not for er_zinc_redox"):
        copasi_file([zs.load_scenario("ero1_assay_zinc")], zs.load_model("er_zinc_redox"))


def test_the_locale_of_the_process_stays():
    """In a process of its own: COPASI is imported once only."""
    code = (
        "import locale; locale.setlocale(locale.LC_ALL, 'C.UTF-8'); import zinc_sbml as zs, sys; "
        "zs.export('copasi', sys.argv[1]); print(locale.setlocale(locale.LC_ALL))"
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", code, f"{folder}/assay.cps"], capture_output=True, text=True, check=True
        )
    assert done.stdout.strip() == "C.UTF-8"
