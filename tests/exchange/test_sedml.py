"""SED-ML: read by libSEDML in a process of its own, and checked by the rules of curators."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

import zinc_sbml as zs
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.exchange.sedml import MOST_STEPS, SEDML_FILE, data_id, sedml, steps
from zinc_sbml.simulation import default_readouts

SEDML = "{http://sed-ml.org/sed-ml/level1/version4}"
SCENARIOS = zs.load_scenarios()
MODELS = {name: zs.load_model(name) for name in ("er_zinc_redox", "ero1_assay")}

# In a process of its own: libSEDML takes over the lists of libSBML.
READ = """
import json, sys, libsedml
document = libsedml.readSedMLFromFile(sys.argv[1])
print(json.dumps({
    "errors": [document.getError(i).getMessage() for i in range(document.getNumErrors())],
    "level": [document.getLevel(), document.getVersion()],
    "models": {document.getModel(i).getId(): document.getModel(i).getSource() for i in range(document.getNumModels())},
    "changes": sum(document.getModel(i).getNumChanges() for i in range(document.getNumModels())),
    "tasks": {document.getTask(i).getId(): [document.getTask(i).getModelReference(),
        document.getTask(i).getSimulationReference()] for i in range(document.getNumTasks())},
    "runs": {document.getSimulation(i).getId(): [document.getSimulation(i).getInitialTime(),
        document.getSimulation(i).getOutputStartTime(), document.getSimulation(i).getOutputEndTime(),
        document.getSimulation(i).getNumberOfSteps(), document.getSimulation(i).getAlgorithm().getKisaoID()]
        for i in range(document.getNumSimulations())},
    "data": [document.getDataGenerator(i).getId() for i in range(document.getNumDataGenerators())],
    "outputs": {document.getOutput(i).getId(): document.getOutput(i).getElementName()
        for i in range(document.getNumOutputs())},
}))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("exports") / "sedml"
    zs.export("sedml", path)
    return path


@pytest.fixture(scope="module")
def as_read(folder):
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder / SEDML_FILE)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_libsedml_reads_it_without_an_error(as_read):
    assert as_read["errors"] == []
    assert as_read["level"] == [1, 4]


def test_every_scenario_is_a_task_on_its_own_file(as_read, folder):
    assert as_read["models"] == {name: f"{name}.xml" for name in SCENARIOS}
    assert {task: model for task, (model, _) in as_read["tasks"].items()} == {
        f"task_{name}": name for name in SCENARIOS
    }
    assert {path.name for path in folder.iterdir()} == {SEDML_FILE, *(f"{name}.xml" for name in SCENARIOS)}
    # Tools that apply only some kinds of changes would run something else.
    assert as_read["changes"] == 0


def test_runs_are_what_curators_and_tools_take(as_read):
    for name, one in SCENARIOS.items():
        initial, start, end, count, algorithm = as_read["runs"][as_read["tasks"][f"task_{name}"][1]]
        assert (initial, start, end) == (0, 0, one.duration)
        assert 100 <= count <= MOST_STEPS
        assert count % 5 == 0
        assert algorithm == "KISAO:0000019"


def test_every_column_is_reported(as_read):
    wanted = [
        data_id(name, column)
        for name, one in SCENARIOS.items()
        for column in ("time", *default_readouts(MODELS[one.model]))
    ]
    assert sorted(as_read["data"]) == sorted(wanted)
    reports = [name for name, kind in as_read["outputs"].items() if kind == "report"]
    assert reports == [f"report_{name}" for name in SCENARIOS]
    plots = [name for name, kind in as_read["outputs"].items() if kind == "plot2D"]
    assert {name.rpartition("_")[0] for name in plots} == {f"plot_{name}" for name in SCENARIOS}


def test_targets_lead_to_one_element_each(folder):
    root = ElementTree.parse(folder / SEDML_FILE).getroot()
    namespaces = {"sbml": "http://www.sbml.org/sbml/level3/version2/core"}
    sources = {item.get("id"): item.get("source") for item in root.iter(f"{SEDML}model")}
    tasks = {item.get("id"): item.get("modelReference") for item in root.iter(f"{SEDML}task")}
    documents = {}
    checked = 0
    for variable in root.iter(f"{SEDML}variable"):
        target = variable.get("target")
        if target is None:
            assert variable.get("symbol") == "urn:sedml:symbol:time"
            continue
        source = sources[tasks[variable.get("taskReference")]]
        if source not in documents:
            documents[source] = ElementTree.parse(folder / source).getroot()
        assert target.startswith("/sbml:sbml/sbml:model/")
        found = documents[source].findall(target.removeprefix("/sbml:sbml/"), namespaces)
        assert len(found) == 1, target
        checked += 1
    assert checked == sum(len(default_readouts(MODELS[one.model])) for one in SCENARIOS.values())


def test_ids_are_unique(folder):
    ids = [item.get("id") for item in ElementTree.parse(folder / SEDML_FILE).getroot().iter() if item.get("id")]
    assert len(ids) == len(set(ids)) > 3000


@pytest.mark.parametrize(
    ("starts", "duration", "expected"),
    [((), 86_400, 1000), ((300,), 3900, 975), ((86_400,), 129_600, 990), ((7,), 1009, 1000), ((0.5,), 3.25, 1000)],
)
def test_number_of_steps(starts, duration, expected):
    """3900/300 = 13 parts, in fives 65, times 15; 129600/43200 = 3 parts; 1009 is a prime: no grid has a row at 7."""
    periods = [zs.Period(start=start, changes={"dtt": 1}) for start in starts]
    assert steps(zs.Scenario(id="x", duration=duration, periods=periods)) == expected


def test_a_row_at_every_change_where_that_can_be():
    for name, one in SCENARIOS.items():
        grid = [one.duration * number / steps(one) for number in range(steps(one) + 1)]
        missed = [
            period.start
            for period in one.periods
            if period.start > 0 and min(abs(time - period.start) for time in grid) > 1e-6
        ]
        # 301 and 288 parts of 300 s: the first multiples that are multiples of 5 too are 1505 and 1440.
        assert bool(missed) == (name in ("dtt_pulse_zip7_inhibition", "pulse_chase")), name


def test_a_model_of_somebody_else_is_plotted_by_units(decay):
    one = zs.Scenario(id="fall", model="decay", duration=5, periods=[zs.Period(start=0, changes={"k": 1.0})])
    root = ElementTree.fromstring(sedml([one], {"decay": decay}).encode())
    curves = [item.get("yDataReference") for item in root.iter(f"{SEDML}curve")]
    assert {data_id("fall", name) for name in ("S", "A", "B", "twice")} == set(curves)


def test_a_scenario_of_a_model_that_is_not_there_is_refused():
    with pytest.raises(InvalidInputError, match="ero1_assay_zinc is for model ero1_assay, which is not exported"):
        sedml([SCENARIOS["ero1_assay_zinc"]], {"er_zinc_redox": MODELS["er_zinc_redox"]})
