"""The model and its scenarios in every form that other tools read.

Each format is a module of its own. All of them start from the compiled SBML and from the scenarios; `export` chooses
between them and writes beside the target first, so that nothing half-written is left behind.
"""

from zinc_sbml.exchange.export import FORMATS, Export, export

__all__ = ["FORMATS", "Export", "export"]
