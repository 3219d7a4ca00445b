"""Serving the page to the browsers of this machine."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import webbrowser
from collections.abc import Callable
from urllib.parse import urlsplit

from zinc_sbml.errors import InvalidInputError
from zinc_sbml.extras import need

__all__ = ["LOOPBACK", "serve"]

LOOPBACK = "127.0.0.1"
_EVERY = "0.0.0.0"


def serve(
    host: str = LOOPBACK, port: int = 8050, *, browser: bool = True, tell: Callable[[str], object] | None = None
) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    host : str, optional
        Address to listen on; only this machine by default. With ``0.0.0.0`` everybody in the network can ask.
    port : int, optional
        Port to listen on.
    browser : bool, optional
        Whether to open the page in the browser of the user.
    tell : callable, optional
        Is given the address once the page is there.

    Raises
    ------
    InvalidInputError
        If the address or port cannot be used (it says which can), or Dash is not installed.
    """
    need("the page", "dash")
    _check_free(host, port)
    from flask import abort, request
    from werkzeug.serving import make_server

    from zinc_sbml.explorer import answers
    from zinc_sbml.explorer.page import application

    server = application().server
    own = _is_of_this_machine(host)

    @server.before_request
    def only_by_a_local_name() -> None:
        # A page from elsewhere can point its own name to this machine, and would then be let in by the browser.
        asked = urlsplit(f"//{request.host}").hostname or ""
        if own and asked != host and not _is_loopback(asked):
            abort(403)

    # One line for each request would bury what matters.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = make_server(host, port, server, threaded=True)
    threading.Thread(target=answers.warm, daemon=True).start()
    address = f"http://{host if host != _EVERY else LOOPBACK}:{port}/"
    others = "" if own else "; others in the network can ask too"
    if tell is not None:
        tell(f"{address} - end with Ctrl-C{others}")
    if browser:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        running.server_close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_of_this_machine(host: str) -> bool:
    """Whether nobody else reaches an address; its name may stand for one."""
    return _is_loopback(host) or _is_loopback(socket.gethostbyname(host))


def _check_free(host: str, port: int) -> None:
    if not 1 <= port <= 65_535:
        raise InvalidInputError(f"port: {port}, expected a number from 1 to 65535")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidInputError(
                f"cannot listen on {host}:{port}: {error.strerror or error}; {_other(host)}"
            ) from None


def _other(host: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return f"use --host {LOOPBACK}"
        return f"{probe.getsockname()[1]} is free: use --port {probe.getsockname()[1]}"
