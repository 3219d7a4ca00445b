"""Libraries that only a part of the package needs, and the extra that brings each."""

from __future__ import annotations

from importlib.util import find_spec

from zinc_sbml.errors import InvalidInputError

__all__ = ["EXTRAS", "how_to_install", "need"]

EXTRAS = {
    "antimony": "build",
    "SALib": "calibration",
    "emcee": "calibration",
    "COPASI": "exchange",
    "libsbgnpy": "exchange",
    "sbmlode": "exchange",
    "tellurium": "tellurium",
    "amici": "amici",
    "petab": "amici",
    "dash": "explore",
    "jinja2": "report",
    "plotly": "report",
    "dask": "ensemble",
    "distributed": "ensemble",
    "pyarrow": "ensemble",
}
"""Extra by the name under which a library is imported."""


def how_to_install(library: str) -> str:
    """Command that brings a library of `EXTRAS`."""
    return f"pip install 'zinc-sbml[{EXTRAS[library]}]'"


def need(what: str, *libraries: str) -> None:
    """Refuse what cannot be done without libraries that are not installed.

    Parameters
    ----------
    what : str
        What is to be done; the beginning of the message.
    *libraries : str
        Of `EXTRAS`; those that some extra does not bring are as good as installed.

    Raises
    ------
    InvalidInputError
        If one is missing; it says what brings it.
    """
    for library in libraries:
        if library in EXTRAS and find_spec(library) is None:
            raise InvalidInputError(f"{what} needs {library}: {how_to_install(library)}")
