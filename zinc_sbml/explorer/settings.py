"""What somebody has set on the page, and the run that this means."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from zinc_sbml.catalog import DEFAULT_MODEL
from zinc_sbml.checks import check_changes
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.model import Model, load_model
from zinc_sbml.plots import STORY
from zinc_sbml.result import Result
from zinc_sbml.sbml_tables import Quantity
from zinc_sbml.scenarios import Scenario, load_scenario, load_scenarios, save_scenarios
from zinc_sbml.simulation import as_applied, is_dose, simulate

__all__ = ["READOUTS", "SAVED_AS", "Settings", "explored_scenarios", "inputs", "shipped_values", "switches"]

READOUTS = tuple(name for _, names in STORY for name in names)
"""What the page draws."""

SAVED_AS = "my_settings"
"""Id of the scenario that is downloaded."""


def explored_scenarios() -> dict[str, Scenario]:
    """Scenarios of the cell; the test tube has none of the inputs."""
    return {name: one for name, one in load_scenarios().items() if one.model == DEFAULT_MODEL}


def inputs() -> tuple[Quantity, ...]:
    """Inputs that are done to the cell, in the order of the model."""
    model = load_model(DEFAULT_MODEL)
    return tuple(one for one in model.having("input") if is_dose(model, one.id))


def switches() -> tuple[Quantity, ...]:
    """Inputs that choose between mechanisms."""
    return tuple(one for one in load_model(DEFAULT_MODEL).having("input") if one.is_switch)


def shipped_values(scenario: Scenario) -> dict[str, float]:
    """Dose of each input in a scenario: the first that departs from the resting cell, or that of the resting cell."""
    found = {}
    for one in inputs():
        doses = [period.changes.get(one.id, one.value) for period in scenario.periods]
        found[one.id] = next((dose for dose in doses if dose != one.value), one.value)
    return found


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One position of all controls; a value, so that the server has nothing to remember.

    Attributes
    ----------
    scenario : str
        Id of the scenario that is changed.
    doses : dict of str to float
        Value of each input, in its own unit.
    mechanisms : dict of str to float
        0 or 1 for each switch.

    Raises
    ------
    UnknownIdError
        If there is no such scenario or input.
    InvalidInputError
        If a value is missing, no number, or outside of its range.
    """

    scenario: str
    doses: Mapping[str, float] = field(default_factory=dict)
    mechanisms: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        base = load_scenario(self.scenario)
        if base.model != DEFAULT_MODEL:
            raise InvalidInputError(f"scenario {base.id} is of the model {base.model}, expected one of the cell")
        for name, value in {**self.doses, **self.mechanisms}.items():
            one = self.model.quantity(name, "input")
            check_changes(self.model, {name: value}, "settings")
            if one.is_switch and value not in (0, 1):
                raise InvalidInputError(f"{name} = {value:g}, expected 0 or 1")

    @property
    def model(self) -> Model:
        """The cell."""
        return load_model(DEFAULT_MODEL)

    @cached_property
    def changed(self) -> dict[str, float]:
        """What differs from the shipped scenario and cell; this alone is handed to the simulation."""
        shipped = shipped_values(load_scenario(self.scenario)) | {one.id: one.value for one in switches()}
        return {
            name: float(value)
            for name, value in {**self.doses, **self.mechanisms}.items()
            if float(value) != shipped[name]
        }

    @cached_property
    def cell(self) -> dict[str, float]:
        """The switches among `changed`: they say what cell it is."""
        return {name: value for name, value in self.changed.items() if name in self.mechanisms}

    @cached_property
    def key(self) -> tuple[str, tuple[tuple[str, float], ...]]:
        """The same for the same run."""
        return self.scenario, tuple(sorted(self.changed.items()))

    def applied(self) -> Scenario:
        """The scenario with these doses in it, under an id of its own."""
        base = load_scenario(self.scenario)
        made = as_applied(base, self.model, self.changed)
        doses = ", ".join(f"{name} = {value:g}" for name, value in self.changed.items() if name in self.doses)
        return Scenario(
            id=SAVED_AS,
            title=f"{base.title or base.id}, {doses}" if doses else base.title,
            question=base.question,
            model=made.model,
            periods=made.periods,
            duration=made.duration,
        )

    def run(self) -> Result:
        """Simulate; 3 to 10 ms, more where a switch makes another cell."""
        return simulate(self.scenario, parameters=self.changed, readouts=READOUTS)

    def command(self, folder: str | None = None) -> str:
        """Command line with the same numbers, on the shipped scenario or on the downloaded one in `folder`."""
        if folder is None:
            changed, scenario = self.changed, self.scenario
        else:
            changed, scenario = self.cell, f"{SAVED_AS} --scenarios {folder}"
        return " ".join(
            ["zinc-sbml simulate", scenario, *(f"--set {name}={value!r}" for name, value in changed.items())]
        )

    def archive(self) -> bytes:
        """Zip file with the scenario as PEtab rows, and the command that runs it."""
        content = io.BytesIO()
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / SAVED_AS
            save_scenarios([self.applied()], folder)
            note = f"Unpack, then in the folder that holds {SAVED_AS}/ run\n\n    {self.command(SAVED_AS)}\n"
            (folder / "README.txt").write_text(note, encoding="utf-8")
            with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted(folder.rglob("*")):
                    if file.is_file():
                        # A fixed date: the same settings give the same bytes.
                        entry = zipfile.ZipInfo(file.relative_to(made).as_posix())
                        archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
        return content.getvalue()
