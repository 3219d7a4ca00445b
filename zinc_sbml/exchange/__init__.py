"""The model and its scenarios in every form that other tools read.

Each format is a module of its own. All of them start from the compiled SBML and from the scenarios, and write beside
their target first, so that nothing half-written is left behind.
"""
