"""The commands, and their pictures."""

import json
from functools import wraps

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from zinc_sbml import cli_explain, cli_sensitivity
from zinc_sbml.errors import InvalidInputError, ZincSbmlError
from zinc_sbml.sensitivity.indices import global_sensitivities
from zinc_sbml.sensitivity.pictures import MOST_COLUMNS, MOST_ROWS, heat_map, tornado

app = typer.Typer()


def _command(function):
    @wraps(function)
    def run(*args, **kwargs):
        try:
            function(*args, **kwargs)
        except ZincSbmlError as error:
            typer.echo(f"error: {error}")
            raise typer.Exit(2) from None

    app.command()(run)


_command(cli_sensitivity.sensitivity)
_command(cli_explain.explain)


def run(*words):
    return CliRunner().invoke(app, list(words))


def test_local_sensitivities_are_printed_written_and_drawn(tmp_path):
    table, picture = tmp_path / "local.csv", tmp_path / "local.png"
    result = run(
        "sensitivity", "zip7_inhibition", "-r", "Zn_er", "-r", "glutathione_potential", "--parameter", "zinc_zip7_vmax",
        "--parameter", "gsh_import_rate", "--time", "0", "--time", "1h", "-o", str(table), "-p", str(picture),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "Zn_er of zip7_inhibition at 1 h" in result.output or "Zn_er of zip7_inhibition at 60 min" in result.output
    assert "change of the readout" in result.output
    assert len(pd.read_csv(table)) == 2 * 2 * 2
    assert picture.stat().st_size > 1000


def test_global_sensitivities_as_json():
    words = (
        "sensitivity",
        "baseline",
        "-r",
        "Zn_er",
        "--parameter",
        "zinc_zip7_vmax",
        "--parameter",
        "zinc_loading_vmax",
    )
    found = json.loads(run(*words, "--sobol", "-n", "8", "--seed", "2", "--json").stdout)
    assert (found["cells"], found["failed"], found["seed"]) == (32, 0, 2)
    assert {row["parameter"] for row in found["indices"]} == {"zinc_zip7_vmax", "zinc_loading_vmax"}
    shown = run(*words, "--morris", "-n", "4", "--within", "2")
    assert "12 cells, 0 failed" in shown.output


def test_control_coefficients_are_printed_with_their_sums():
    result = run("sensitivity", "--control", "-r", "ero1_flux", "--set", "zip7_inhibitor=500nM")
    assert result.exit_code == 0, result.output
    assert "sum by theorem" in result.output
    found = json.loads(run("sensitivity", "--control", "-r", "ero1_flux", "--json").stdout)
    assert found["sums"]["ero1_flux"] == pytest.approx(1.0, abs=1e-6)


def test_findings_are_checked_against_the_kept_table():
    result = run("sensitivity", "--findings", "--check", "--parameter", "ero1_kcat")
    assert result.exit_code == 0, result.output
    assert "0 differ" in result.output


def test_an_explanation_is_printed_and_written(tmp_path):
    table = tmp_path / "fluxes.csv"
    result = run("explain", "baseline", "zip7_inhibition", "misfolded_protein", "-o", str(table))
    assert result.exit_code == 0, result.output
    assert "4.72 times as much" in result.output
    assert "ERAD" in result.output
    assert "quality_erad_bip" in set(pd.read_csv(table)["reaction"])
    found = json.loads(run("explain", "baseline", "zip7_inhibition", "Zn_er", "--time", "1h", "--json").stdout)
    assert found["time"] == 3600
    assert found["fluxes"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--local", "--sobol"), "different questions"),
        (("-n", "8"), "--samples goes with"),
        (("--sobol", "-n", "0"), "power of 2"),
        (("--morris", "-n", "-3"), "trajectories"),
        (("-r", "nothing_like_it"), "unknown readout"),
        (("--sobol", "--parameter", "faraday_constant_of_nothing"), "unknown parameter"),
        (("--check",), "--check goes with --findings"),
        (("--set", "zip7_inhibitor=1"), "--set goes with --control"),
        (("--control", "--time", "1h"), "--time goes with"),
        (("zip7_inhibition", "--control"), "--set"),
        (("--findings", "-r", "Zn_er"), "takes no readout"),
        (("--findings", "--update", "--check"), "--update"),
        (("-r", "Zn_er", "--plot", "picture.txt"), "pictures are written as"),
        (("-r", "Zn_er", "--time", "yesterday"), "duration"),
    ],
)
def test_bad_input_ends_with_one_line(words, told):
    result = run("sensitivity", *words)
    assert result.exit_code == 2
    assert told in result.output
    assert result.output.count("\n") == 1


def test_a_heat_map_shows_the_largest_values_in_their_order():
    values = np.zeros((60, 40))
    values[np.arange(60), np.arange(60) % 40] = np.linspace(1, 2, 60)
    values[0, 0] = np.nan
    matrix = pd.DataFrame(values, index=[f"p{i}" for i in range(60)], columns=[f"r{i}" for i in range(40)])
    axes = heat_map(matrix).axes[0]
    labels = [one.get_text() for one in axes.get_yticklabels()]
    assert len(labels) <= MOST_ROWS
    assert labels == sorted(labels, key=lambda name: int(name[1:]))
    assert "p59" in labels
    assert len(axes.get_xticklabels()) == MOST_COLUMNS
    with pytest.raises(InvalidInputError, match="nothing to draw"):
        heat_map(matrix * 0)


def test_a_tornado_shows_the_largest_first():
    found = global_sensitivities(
        "baseline", readouts=["Zn_er", "Zn_cytosol"], parameters=["upr_chop_decay_k", "zinc_zip7_vmax"], samples=8
    )
    figure = tornado(found, title="t")
    assert [len(panel.patches) for panel in figure.axes] == [4, 4]
    assert [one.get_text() for one in figure.axes[0].get_yticklabels()] == ["zinc_zip7_vmax", "upr_chop_decay_k"]
