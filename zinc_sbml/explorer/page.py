"""The page: what follows from what. What stands on it is in `layout`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash
from dash import ALL, MATCH, Dash, Input, Output, State, dcc, html

from zinc_sbml.errors import InvalidInputError, ZincSbmlError
from zinc_sbml.explorer import answers
from zinc_sbml.explorer.layout import FIRST_SCENARIO, STEPS, layout, verdict_row
from zinc_sbml.explorer.settings import SAVED_AS, Settings, inputs, shipped_values, switches
from zinc_sbml.hypotheses import load_hypothesis
from zinc_sbml.plots import picture_bytes, storyboard
from zinc_sbml.result import Result
from zinc_sbml.scenarios import load_scenario

__all__ = ["application", "settings_of"]

_BATCH = 20  # cells that are asked between two looks at a band

_OTHER_CONTROLS = "this page has other controls than the program that answers it: load it again"

# Moves a control: whichever of slider, field and scenario was touched sets the others. What is wrong is told beside the
# field, and the last value that was right stays in force.
_MOVE = """
function(position, text, shipped, bounds, last) {
    const touched = dash_clientside.callback_context.triggered_id;
    const kind = touched && touched.type;
    const place = value => !bounds.decades ? STEPS * (value - bounds.low) / (bounds.high - bounds.low)
        : value <= 0 ? 0 : Math.max(1, STEPS * (1 + Math.log10(value / bounds.high) / bounds.decades));
    const at = place => !bounds.decades ? bounds.low + (bounds.high - bounds.low) * place / STEPS
        : place <= 0 ? 0 : bounds.high * 10 ** (bounds.decades * (place / STEPS - 1));
    let value;
    if (kind === "slider") {
        value = Number(at(position).toPrecision(3));
    } else if (kind === "field") {
        const typed = String(text).trim();
        value = Number(typed.replace(",", "."));
        // Half of the world reads a comma before three digits as thousands.
        const wrong = /^[+-]?[1-9]\\d{0,2},\\d{3}$/.test(typed) ? "can be read in two ways (write a point or no comma)"
            : typed === "" || !Number.isFinite(value) ? "is not a number"
            : value < bounds.low ? "is too small" : value > bounds.high ? "is too large" : "";
        if (wrong) {
            const message = `"${typed}" ${wrong}: expected ${bounds.low} to ${bounds.high} ${bounds.unit}`;
            return [dash_clientside.no_update, dash_clientside.no_update, message, dash_clientside.no_update];
        }
        return [place(value), text, "", value];
    } else {
        value = shipped.values[bounds.id];
    }
    return [kind === "slider" ? position : place(value), String(value), "", value];
}
""".replace("STEPS", str(STEPS))


def application() -> Dash:
    """The page with all its callbacks; it knows nothing of who looks at it."""
    app = Dash(
        "zinc_sbml.explorer",
        title="zinc-sbml: explore",
        update_title="",
        on_error=_told,
        assets_folder="assets",
    )
    app.layout = layout
    bands = answers.Bands()
    app.clientside_callback(
        _MOVE,
        Output({"type": "slider", "name": MATCH}, "value"),
        Output({"type": "field", "name": MATCH}, "value"),
        Output({"type": "wrong", "name": MATCH}, "children"),
        Output({"type": "valid", "name": MATCH}, "data"),
        Input({"type": "slider", "name": MATCH}, "value"),
        Input({"type": "field", "name": MATCH}, "value"),
        Input("shipped", "data"),
        State({"type": "bounds", "name": MATCH}, "data"),
        State({"type": "valid", "name": MATCH}, "data"),
    )

    @app.callback(Output("shipped", "data"), Output("question", "children"), Input("scenario", "value"))
    def choose(scenario: str) -> tuple[dict[str, Any], str]:
        chosen = load_scenario(scenario)
        return {"scenario": scenario, "values": shipped_values(chosen)}, chosen.question

    controls = (
        Input({"type": "valid", "name": ALL}, "data"),
        Input("mechanisms", "value"),
        Input("shipped", "data"),
    )

    @app.callback(
        Output("story", "figure"),
        Output("command", "children"),
        Output("message", "children"),
        Output("progress", "children"),
        Output("asked", "data"),
        Output("tick", "disabled"),
        *controls,
        Input("kept", "data"),
        Input("band", "value"),
        Input("tick", "n_intervals"),
        State("asked", "data"),
    )
    def draw(
        values: list[float],
        mechanisms: list[str],
        shipped: dict[str, Any],
        kept: Any,
        band: list[str],
        _: int,
        asked: int,
    ) -> tuple[Any, ...]:
        settings = settings_of(values, mechanisms, shipped)
        told = settings.command()
        reference = _reference(kept)
        try:
            result = answers.curves(settings)
        except ZincSbmlError as error:
            # The old curves stay, under the words that they are old; no band grows on them.
            return dash.no_update, told, f"The curves below are older: {error}", "", 0, True
        if not band:
            return answers.figure(result, reference), told, "", "", 0, True
        # Another setting begins its own band; the curve comes first, the cells with the next ticks.
        going_on = dash.ctx.triggered_id == "tick" and isinstance(asked, int)
        asked = asked + _BATCH if going_on else 0
        if not asked:
            return answers.figure(result, reference), told, "", "0 plausible cells", 0, False
        try:
            one = bands.of(settings)
        except ZincSbmlError as error:
            return answers.figure(result, reference), told, "", str(error), 0, True
        done, edges = one.upto(asked)
        picture = answers.figure(result, reference, None if edges is None else (one.times, edges))
        complete = done < asked or done >= answers.BAND_CELLS
        failed = f", {one.failed} without an answer" if one.failed else ""
        words = f"middle 90 percent of {done - one.failed} plausible cells{failed}{'' if complete else ' ...'}"
        return picture, told, "", words, asked, complete

    @app.callback(
        Output("kept", "data"),
        Output("kept_words", "children"),
        Input("keep", "n_clicks"),
        Input("forget", "n_clicks"),
        *(State(one.component_id, one.component_property) for one in controls),
        prevent_initial_call=True,
    )
    def keep(
        _: int, __: int, values: list[float], mechanisms: list[str], shipped: dict[str, Any]
    ) -> tuple[list[Any] | None, str]:
        if dash.ctx.triggered_id == "forget":
            return None, ""
        settings = settings_of(values, mechanisms, shipped)
        changed = ", ".join(f"{name} = {value:g}" for name, value in settings.changed.items())
        return [values, mechanisms, shipped], f"Dashed: {settings.scenario}{f', {changed}' if changed else ''}"

    # In one callback, since each of the two sets the other.
    @app.callback(
        Output("mechanisms", "value"),
        Output("hypothesis", "value"),
        Output("statement", "children"),
        Input("hypothesis", "value"),
        Input("mechanisms", "value"),
    )
    def explain(hypothesis: str | None, mechanisms: list[str]) -> tuple[list[str], str | None, str]:
        if dash.ctx.triggered_id == "hypothesis" and hypothesis is not None:
            chosen = load_hypothesis(hypothesis)
            return [name for name, on in chosen.switches.items() if on], hypothesis, chosen.statement
        found = answers.hypothesis_of(settings_of(None, mechanisms, {"scenario": FIRST_SCENARIO}))
        return (mechanisms, None, "") if found is None else (mechanisms, found.id, found.statement)

    @app.callback(Output("verdicts", "children"), Output("counts", "children"), Input("mechanisms", "value"))
    def judge(mechanisms: list[str]) -> tuple[list[html.Tr], str]:
        rows = answers.verdicts(settings_of(None, mechanisms, {"scenario": FIRST_SCENARIO}))
        counts = {word: sum(row["verdict"] == word for row in rows) for word in ("reproduced", "missed")}
        changed = sum(bool(row["changed"]) for row in rows)
        words = f"{counts['reproduced']} reproduced, {counts['missed']} missed; {changed} differ from the shipped cell"
        return [verdict_row(row) for row in rows], words

    files: dict[str, Callable[[Settings, Result | None], dict[str, Any]]] = {
        "csv": lambda settings, _: dcc.send_string(_csv(answers.curves(settings)), "course.csv"),
        "svg": lambda settings, reference: dcc.send_bytes(
            picture_bytes(storyboard(answers.curves(settings), against=reference), "svg"), "course.svg"
        ),
        "zip": lambda settings, _: dcc.send_bytes(settings.archive(), f"{SAVED_AS}.zip"),
    }

    @app.callback(
        Output("download", "data"),
        *(Input(kind, "n_clicks") for kind in files),
        *(State(one.component_id, one.component_property) for one in controls),
        State("kept", "data"),
        prevent_initial_call=True,
    )
    def download(*given: Any) -> dict[str, Any]:
        *_, values, mechanisms, shipped, kept = given
        settings = settings_of(values, mechanisms, shipped)
        return files[str(dash.ctx.triggered_id)](settings, _reference(kept))

    return app


def settings_of(values: list[float] | None, mechanisms: list[str], shipped: dict[str, Any]) -> Settings:
    """What the controls say; a tab that was left open over a change of version may have other controls."""
    names = [one.id for one in inputs()] if values is not None else []
    doses = values if values is not None else []
    if not isinstance(doses, list) or len(doses) != len(names) or not isinstance(mechanisms, list):
        raise InvalidInputError(_OTHER_CONTROLS)
    if not isinstance(shipped, dict) or not isinstance(scenario := shipped.get("scenario"), str):
        raise InvalidInputError(_OTHER_CONTROLS)
    return Settings(
        scenario=scenario,
        doses=dict(zip(names, doses, strict=True)),
        mechanisms={one.id: float(one.id in mechanisms) for one in switches()},
    )


def _reference(kept: Any) -> Result | None:
    """The run that was kept: the controls as they were then."""
    return answers.curves(settings_of(*kept)) if isinstance(kept, list) and len(kept) == 3 else None


def _csv(result: Result) -> str:
    """The text of `Result.to_csv`, which writes files."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        return result.to_csv(Path(folder) / "course.csv").read_text(encoding="utf-8")


def _told(error: Exception) -> Any:
    """Say what is wrong on the page; whatever was drawn stays. What nobody expected is not swallowed."""
    if not isinstance(error, ZincSbmlError):
        raise error
    dash.set_props("message", {"children": str(error)})
    return None
