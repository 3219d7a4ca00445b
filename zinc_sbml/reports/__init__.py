"""The report: one file of HTML, readable without network, for someone who has never seen the code.

The package is not called like its function, `report`: importing a module named so would hide the function in
``zinc_sbml``.
"""

from __future__ import annotations

from zinc_sbml.reports.write import report

__all__ = ["report"]
