"""The command that serves the page on which the inputs of the cell can be turned."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

__all__ = ["explore"]


def explore(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets everybody in the network ask.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8050,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
) -> None:
    """Open a page on this machine where inputs are sliders and curves follow at once."""
    from zinc_sbml.explorer import serve

    serve(host, port, browser=browser, tell=partial(typer.echo, err=True))
