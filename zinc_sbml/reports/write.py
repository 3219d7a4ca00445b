"""Making the page and writing it."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from zinc_sbml import catalog
from zinc_sbml.exchange.writing import check_export_target, write_export
from zinc_sbml.extras import need
from zinc_sbml.scenarios import Scenario

__all__ = ["INDEX", "page", "report"]

INDEX = "index.html"
"""Name of the page in the folder of a report."""

_SUFFIXES = (".html", ".htm")


def report(
    path: str | Path,
    *,
    scenarios: Iterable[str | Scenario] | None = None,
    results: Iterable[str | Path] = (),
    findings: str | Path | None = None,
    force: bool = False,
) -> Path:
    """Write a report: one page of HTML that needs no network, for someone who has never seen the code.

    It holds what the model is, the findings with their verdicts (misses first), what was asked and what came out
    (interactive), parameters with their sources, the certificate over independent engines, and versions and hashes. The
    same inputs and versions give the same bytes.

    Parameters
    ----------
    path : path
        A folder, which is made and gets the page as ``index.html``; or a file, if the name ends in ``.html``. Its
        parent exists.
    scenarios : iterable of str or Scenario, optional
        What to show the courses of; all shipped scenarios by default.
    results : iterable of path, optional
        Folders of ensembles (see `zinc_sbml.ensemble`), shown as bands.
    findings : path, optional
        A register of findings; the shipped one by default. Of another register the shipped cell alone is judged.
    force : bool, optional
        Replace an older report. A folder that holds other files is never replaced.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    InvalidInputError
        If the target exists (without `force`; an empty folder may be there) or cannot be written, a folder of results
        cannot be read, the register is wrong, or the libraries of the extra ``report`` are missing.
    UnknownIdError
        If there is no such scenario.
    SimulationError
        If a scenario cannot be run.
    """
    target = Path(path)
    folder = target.suffix.lower() not in _SUFFIXES
    force = force or (folder and _empty(target))
    check_export_target(target, folder=folder, force=force)
    content = page(scenarios=scenarios, results=results, findings=findings).encode()
    return write_export(target, {INDEX: content} if folder else content, force=force)[0]


def page(
    *,
    scenarios: Iterable[str | Scenario] | None = None,
    results: Iterable[str | Path] = (),
    findings: str | Path | None = None,
) -> str:
    """Make the page of a report; see `report` for the parameters."""
    need("a report", "jinja2", "plotly")
    import jinja2
    from plotly.offline import get_plotlyjs

    from zinc_sbml.ensembles import load_ensemble
    from zinc_sbml.listing import inputs
    from zinc_sbml.model import load_model
    from zinc_sbml.provenance import versions
    from zinc_sbml.reports.courses import bands, chosen_scenarios, courses
    from zinc_sbml.reports.tables import certificate, origins, parameter_rows
    from zinc_sbml.reports.verdicts import ORDER, finding_rows, margins

    # What can be wrong with what was given is found first.
    asked = chosen_scenarios(scenarios)
    folders = [Path(one) for one in ([results] if isinstance(results, str | Path) else results)]
    bundles = bands(folders)
    judged = finding_rows(findings)
    drawn, runs = courses(asked)
    model = load_model(catalog.DEFAULT_MODEL)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("zinc_sbml.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"digits": _digits, "percent": _percent, "link": _link}
    script = environment.get_template("page.js").render()
    plotly = get_plotlyjs()
    return environment.get_template("page.html").render(
        version=versions()["zinc_sbml"],
        model=model,
        pictures=_pictures(),
        findings=judged,
        statuses=[(status, sum(row.status is status for row in judged)) for status in ORDER],
        own_register=findings is not None,
        cells=_cells(),
        scenarios=drawn,
        bundles=bundles,
        inputs=inputs(),
        parameters=parameter_rows(),
        certificate=certificate(),
        origins=origins(runs, findings, [load_ensemble(folder).path for folder in folders]),
        judged_by=shlex.join(["zinc-sbml", "compare", *(_register(findings) or ["--plausible"])]),
        command=_command(None if scenarios is None else asked, folders, findings),
        data={"courses": drawn, "margins": margins(judged), "bundles": bundles},
        plotly=plotly,
        script=script,
        hashes=[_content_hash(plotly), _content_hash(script)],
    )


def _command(scenarios: Iterable[Scenario] | None, results: Iterable[Path], findings: str | Path | None) -> str:
    """The command that makes the page again; scenarios of one's own have no command, only their ids are told."""
    words = ["zinc-sbml", "report", "my_report"]
    for scenario in scenarios or ():
        words += ["--scenario", scenario.id]
    for folder in results:
        words += ["--results", folder.resolve().name]
    return shlex.join([*words, *_register(findings)])


def _register(findings: str | Path | None) -> list[str]:
    return [] if findings is None else ["--findings", Path(findings).name]


def _empty(folder: Path) -> bool:
    """Whether a folder is there with nothing in it: writing into it destroys nothing."""
    try:
        return folder.is_dir() and not any(folder.iterdir())
    except OSError:
        return False


def _cells() -> int:
    from zinc_sbml.findings import load_family

    return len(load_family())


def _pictures() -> dict[str, str]:
    """Pictures as addresses that hold them, empty if there is none; what is shown as an image can run nothing."""
    from zinc_sbml.drawing.picture import network_picture
    from zinc_sbml.model import load_model

    pathway = catalog.pathway_picture_path()
    pictures = {
        "network": network_picture(load_model(catalog.DEFAULT_MODEL).sbml, "svg"),
        "pathway": pathway.read_bytes() if pathway.is_file() else b"",
    }
    return {
        name: "data:image/svg+xml;base64," + base64.b64encode(svg).decode() if svg else ""
        for name, svg in pictures.items()
    }


def _content_hash(text: str) -> str:
    """Name of a script in the policy of the page: nothing else may run in it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _digits(value: float) -> str:
    """Write a number with three digits; what was never reached is infinite."""
    if value != value:
        return ""
    if value in (float("inf"), float("-inf")):
        return "never" if value > 0 else "-inf"
    return f"{value:.3g}"


def _percent(share: float) -> str:
    return "" if share != share else f"{share:.0%}"


def _link(address: Any) -> str:
    """An address that may be followed; anything else than a page of the web gives nothing."""
    text = str(address)
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""
