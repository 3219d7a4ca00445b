"""What a console and a notebook show of a result."""

import pytest
from IPython.core.formatters import DisplayFormatter

import zinc_sbml as zs

FORMATTER = DisplayFormatter()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: zs.simulate("baseline", readouts=["xbp1s_fold"]), "Result(baseline, 1 columns at 201 times"),
        (zs.compare, "Comparison(41 reproduced"),
        (zs.compare_plausible, "over 1301 cells"),
        (zs.load_family, "Family(1301 plausible cells, 25 parameters)"),
        (lambda: zs.dose_response("zip7_inhibitor", [0, 1], readout="xbp1s_fold", duration=60), "2 doses of zip7_inh"),
        (lambda: zs.explain("baseline", "zip7_inhibition", "misfolded_protein"), "Explanation(misfolded_protein after"),
        (lambda: zs.resting_state()[0], "RestingState(60 concentrations"),
    ],
)
def test_a_result_says_in_a_line_what_it_is(make, words) -> None:
    shown = repr(make())
    assert words in shown
    assert "\n" not in shown
    assert len(shown) < 800


def test_a_notebook_shows_the_table_and_what_the_line_says_is_escaped() -> None:
    scenario = zs.Scenario(id="a<b", duration=60.0, periods=[])
    data, _ = FORMATTER.format(zs.simulate(scenario, readouts=["xbp1s_fold"], times=[0, 60]))
    assert "<p>a&lt;b, 1 columns at 2 times up to 60 s</p>" in data["text/html"]
    assert data["text/html"].count("<td>1.0") == 2


def test_a_notebook_shows_a_figure_though_pyplot_is_not_loaded() -> None:
    figure = zs.simulate("baseline", readouts=["xbp1s_fold"]).plot()
    data, metadata = FORMATTER.format(figure)
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"] == {
        "width": round(figure.get_figwidth() * 96),
        "height": round(96 * figure.get_figheight()),
    }
