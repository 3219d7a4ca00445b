"""A page in the browser on which the inputs of the cell can be turned.

Dash, for three reasons: it draws with plotly, as the report does; it serves everything it needs from its own packages,
so that no network is asked; and its callbacks have no memory, so that two tabs, or two people, cannot disturb each
other.
"""

from zinc_sbml.explorer.server import serve

__all__ = ["serve"]
