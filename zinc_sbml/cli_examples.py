"""What the help shows of each command: the panel it stands in, and examples; a test runs each of them."""

from __future__ import annotations

__all__ = ["EXAMPLES", "FIRST_STEPS", "PANELS", "PROGRAM", "panel_of"]

PROGRAM = "zinc-sbml"

FIRST_STEPS = (
    ("zinc-sbml scenarios", "what can be done to the cell"),
    ("zinc-sbml simulate zip7_inhibition", "run one of them"),
    ("zinc-sbml simulate zip7_inhibition --set zip7_inhibitor=0.5uM --plot course.png", "another dose, and a picture"),
    ("zinc-sbml explain baseline zip7_inhibition misfolded_protein", "why it comes out so"),
    ("zinc-sbml compare", "judge the model by what was published"),
)
"""What a newcomer types first, in this order, and what for."""

PANELS = {
    "Look around": ("scenarios", "inputs", "readouts", "parameters", "findings", "models"),
    "Run and draw": ("simulate", "dose-response", "ensemble", "explain", "sensitivity", "plot", "report", "explore"),
    "Compare with what was published": ("compare", "hypotheses", "discriminate"),
    "Use it elsewhere": ("export", "validate", "certify"),
    "Work on the model": ("build", "rest", "calibrate", "docs"),
}
"""Commands by the heading they stand under."""

EXAMPLES = {
    "models": ("zinc-sbml models",),
    "scenarios": ("zinc-sbml scenarios", "zinc-sbml scenarios --json > scenarios.json"),
    "findings": ("zinc-sbml findings",),
    "inputs": ("zinc-sbml inputs", "zinc-sbml inputs --model ero1_assay"),
    "readouts": ("zinc-sbml readouts",),
    "parameters": ("zinc-sbml parameters | grep zip7",),
    "simulate": (
        "zinc-sbml simulate zip7_inhibition",
        "zinc-sbml simulate zip7_inhibition --set zip7_inhibitor=0.5uM --plot course.png",
        "zinc-sbml simulate zip7_inhibition --duration 24h --output course.csv",
        "zinc-sbml simulate dtt_pulse --readout pdi_oxidised_fraction --plot pulse.png",
    ),
    "dose-response": (
        "zinc-sbml dose-response zip7_inhibitor 0,0.1uM,1uM --readout notch_maturation_rate --duration 24h",
    ),
    "ensemble": ("zinc-sbml ensemble zip7_inhibition -n 3 --readout xbp1s_fold --output run",),
    "explain": ("zinc-sbml explain baseline zip7_inhibition misfolded_protein",),
    "sensitivity": ("zinc-sbml sensitivity zip7_inhibition --readout notch_maturation_rate --parameter ero1_kcat",),
    "plot storyboard": ("zinc-sbml plot storyboard zip7_inhibition --against ero1_inhibition -o story.png",),
    "plot compare": ("zinc-sbml plot compare zip7_inhibition ero1_inhibition -r xbp1s_fold -o both.png",),
    "plot findings": ("zinc-sbml plot findings -o findings.png",),
    "plot fluxes": ("zinc-sbml plot fluxes zip7_inhibition -o fluxes.png",),
    "report": ("zinc-sbml report my_report --scenario zip7_inhibition",),
    "explore": ("zinc-sbml explore --port 8060",),
    "compare": ("zinc-sbml compare", "zinc-sbml compare --plausible"),
    "hypotheses": ("zinc-sbml hypotheses",),
    "discriminate": ("zinc-sbml discriminate trap erad --cells 2",),
    "export": (
        "zinc-sbml export",
        "zinc-sbml export sbml dtt_pulse.xml --scenario dtt_pulse",
    ),
    "validate": ("zinc-sbml export sbml cell.xml && zinc-sbml validate cell.xml",),
    "certify": (
        "zinc-sbml certify --check",
        "zinc-sbml certify --engine copasi_lsoda --scenario ero1_assay_no_zinc",
    ),
    "build": ("zinc-sbml build --check",),
    "rest": ("zinc-sbml rest",),
    "docs": ("zinc-sbml docs --check",),
    "calibrate targets": ("zinc-sbml calibrate targets",),
    "calibrate screen": ("zinc-sbml calibrate screen --trajectories 2",),
    "calibrate fit": ("zinc-sbml calibrate fit --starts 1 --iterations 1 --set zinc_traps_ero1=0",),
    "calibrate adopt": ("zinc-sbml calibrate adopt 0",),
    "calibrate sample": ("zinc-sbml calibrate sample --work chains --steps 2 --ensembles 2",),
    "calibrate judge": ("zinc-sbml calibrate judge --work chains",),
    "calibrate evidence": ("zinc-sbml calibrate evidence --work chains",),
    "calibrate profile": ("zinc-sbml calibrate profile ero1_kcat --points 3",),
    "calibrate report": ("zinc-sbml calibrate report --check --cells 1",),
}
"""Lines for a shell, by command; commands that come in parts are written with their parts."""


def panel_of(command: str) -> str | None:
    """Heading of a command, if it has one."""
    return next((heading for heading, commands in PANELS.items() if command in commands), None)
