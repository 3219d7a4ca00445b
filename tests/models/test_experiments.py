"""The tables as libpetab reads them."""

import petab.v2 as petab
import pytest

from zinc_sbml.catalog import experiments_directory, model_ids
from zinc_sbml.scenarios import load_scenarios

ERROR = 30


@pytest.fixture(scope="module", params=model_ids())
def problem(request):
    return petab.Problem.from_yaml(experiments_directory() / request.param / "problem.yaml")


def test_lints_without_error(problem):
    issues = problem.validate()
    # The lint warns about experiments without measurements: scenarios are predictions as well.
    assert [issue.message for issue in issues if issue.level >= ERROR] == []


def test_libpetab_sees_the_same_scenarios(problem):
    ours = {scenario.id: scenario for scenario in load_scenarios().values() if scenario.model == problem.model.model_id}
    theirs = {experiment.id: experiment for experiment in problem.experiments}
    # Beyond the scenarios there are only experiments that something was measured in.
    assert set(theirs) - set(ours) <= {measurement.experiment_id for measurement in problem.measurements}
    assert set(ours) <= set(theirs)
    values = {
        condition.id: {change.target_id: float(change.target_value) for change in condition.changes}
        for condition in problem.conditions
    }
    for name, scenario in ours.items():
        periods = [
            (
                period.time,
                {target: value for condition in period.condition_ids for target, value in values[condition].items()},
            )
            for period in theirs[name].periods
        ]
        # A period that changes nothing is no period to us.
        told = [(time, changes) for time, changes in periods if changes]
        assert [(period.start, dict(period.changes)) for period in scenario.periods] == told, name


def test_every_target_is_an_input(problem):
    import zinc_sbml as zs

    inputs = set(zs.inputs(problem.model.model_id).index)
    assert {change.target_id for condition in problem.conditions for change in condition.changes} <= inputs
