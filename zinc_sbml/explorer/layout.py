"""What stands on the page: controls, picture, verdicts."""

from __future__ import annotations

import json
import math
from typing import Any

from dash import dcc, html

from zinc_sbml.explorer.settings import explored_scenarios, inputs, shipped_values, switches
from zinc_sbml.hypotheses import load_hypotheses
from zinc_sbml.sbml_tables import Quantity
from zinc_sbml.scenarios import load_scenario

__all__ = ["FIRST_SCENARIO", "STEPS", "layout", "verdict_row"]

FIRST_SCENARIO = "zip7_inhibition"

STEPS = 200
"""Positions of a slider."""

# A slider has so many decades where its input may be anything from nothing to its largest value; its left end is 0.
_DECADES = 4

_TICK = 400  # ms between two batches of a band


def layout() -> html.Div:
    """A new page; made for each visit, so that it begins with the scenario and nobody else's settings."""
    chosen = load_scenario(FIRST_SCENARIO)
    scenarios = [{"label": one.title or name, "value": name} for name, one in explored_scenarios().items()]
    mechanisms = switches()
    shipped = shipped_values(chosen)
    return html.Div(
        [
            html.Header(
                [
                    html.H1("Zinc and redox in the endoplasmic reticulum"),
                    html.P("Turn what is done to the cell; the curves follow from cause (top) to effect (bottom)."),
                ]
            ),
            html.Main(
                [
                    html.Section(
                        [
                            html.H2("Scenario"),
                            html.Label("What is done", htmlFor="scenario"),
                            dcc.Dropdown(scenarios, FIRST_SCENARIO, id="scenario", clearable=False),
                            html.P(chosen.question, id="question", className="note"),
                            html.Div(
                                [
                                    html.Button("Keep as reference", id="keep"),
                                    html.Button("Forget reference", id="forget"),
                                ],
                                className="buttons",
                            ),
                            html.P(id="kept_words", className="note"),
                            dcc.Checklist([{"label": "band of plausible cells", "value": "band"}], [], id="band"),
                            html.P(id="progress", className="note"),
                            html.H2("Inputs"),
                            *(_control(one, shipped[one.id]) for one in inputs()),
                            html.H2("Mechanisms"),
                            html.Label("Explanation", htmlFor="hypothesis"),
                            dcc.Dropdown(
                                [{"label": one.name, "value": one.id} for one in load_hypotheses().values()],
                                id="hypothesis",
                                placeholder="none that was fitted",
                                clearable=False,
                            ),
                            html.P(id="statement", className="note"),
                            dcc.Checklist(
                                [{"label": one.name.removeprefix("switch: "), "value": one.id} for one in mechanisms],
                                [one.id for one in mechanisms if one.value],
                                id="mechanisms",
                            ),
                            html.H2("Take away"),
                            html.Div(
                                [
                                    html.Button("Curves (CSV)", id="csv"),
                                    html.Button("Picture (SVG)", id="svg"),
                                    html.Button("Scenario (PEtab)", id="zip"),
                                ],
                                className="buttons",
                            ),
                            html.P("The same on the command line:", className="note"),
                            html.Code(id="command"),
                        ],
                        className="controls",
                        **_aria("label", "Controls"),
                    ),
                    html.Section(
                        [
                            html.P(id="message", role="alert", className="wrong"),
                            dcc.Graph(
                                id="story",
                                config={
                                    "displaylogo": False,
                                    "responsive": True,
                                    "modeBarButtonsToRemove": ["toImage"],
                                },
                            ),
                        ],
                        className="picture",
                        **_aria("label", "Curves"),
                    ),
                    html.Section(
                        [
                            html.H2("Published findings in this cell"),
                            html.P(
                                "The shipped cell with these mechanisms, not fitted again; each finding has doses of "
                                "its own. Fitted rivals: zinc-sbml hypotheses.",
                                className="note",
                            ),
                            html.P(id="counts", className="note", **_aria("live", "polite")),
                            html.Table(
                                [
                                    html.Thead(html.Tr([html.Th(word) for word in ("Finding", "Verdict", "")])),
                                    html.Tbody(id="verdicts"),
                                ]
                            ),
                        ],
                        className="findings",
                        **_aria("label", "Findings"),
                    ),
                ]
            ),
            dcc.Store("shipped"),
            dcc.Store("kept"),
            dcc.Store("asked", data=0),
            dcc.Interval("tick", interval=_TICK, disabled=True),
            dcc.Download("download"),
        ]
    )


def _control(one: Quantity, value: float) -> html.Div:
    wide = one.lower == 0 and one.upper >= 10
    bounds = {
        "id": one.id,
        "low": one.lower if math.isfinite(one.lower) else 0.0,
        "high": one.upper if math.isfinite(one.upper) else 1.0,
        "decades": _DECADES if wide else 0,
        "unit": _unit(one),
    }
    field = {"type": "field", "name": one.id}
    return html.Div(
        [
            # Dash writes an id of several parts as JSON.
            html.Label(f"{one.name} ({_unit(one)})", htmlFor=json.dumps(field, sort_keys=True, separators=(",", ":"))),
            html.Div(
                [
                    dcc.Slider(
                        0, STEPS, step=1, marks=None, included=True, updatemode="mouseup", allow_direct_input=False,
                        id={"type": "slider", "name": one.id},
                    ),
                    dcc.Input(
                        id=field, value=f"{value:g}", debounce=0.4, inputMode="numeric", size="8",
                    ),
                ],
                className="control",
                title=one.notes,
            ),
            html.P(id={"type": "wrong", "name": one.id}, className="wrong", **_aria("live", "polite")),
            dcc.Store({"type": "bounds", "name": one.id}, data=bounds),
            dcc.Store({"type": "valid", "name": one.id}, data=value),
        ]
    )  # fmt: skip


def _aria(attribute: str, value: str) -> dict[str, Any]:
    """What a screen reader is told; Dash has no names for these attributes."""
    return {f"aria-{attribute}": value}


def _unit(one: Quantity) -> str:
    return {"uM": "µM", "fraction": "fold" if one.upper > 1 else "0 to 1"}.get(one.unit, one.unit)


def verdict_row(row: dict[str, str]) -> html.Tr:
    """One finding in the table of verdicts."""
    return html.Tr(
        [
            html.Td([html.B(row["finding"]), " ", row["statement"]]),
            html.Td(row["verdict"], className=row["verdict"].replace(" ", "_")),
            html.Td(row["changed"]),
        ]
    )
