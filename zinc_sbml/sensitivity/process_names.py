"""Reactions put together to the processes that people talk about."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from zinc_sbml.model import Model

__all__ = ["PROCESSES", "processes_of"]

PROCESSES: Mapping[str, tuple[str, ...]] = {
    "zinc uptake": ("zinc_uptake", "zinc_ionophore_flux"),
    "zinc export at the plasma membrane": ("zinc_plasma_membrane_export",),
    "zinc buffering": ("zinc_cytosolic_buffering", "zinc_er_buffering", "zinc_luminal_chelation"),
    "ER zinc loading": ("zinc_er_loading",),
    "ZIP7 export": ("zinc_zip7_export",),
    "zinc leaving with cargo": ("zinc_secretory_exit",),
    "Ero1 zinc binding": ("ero1_zinc_binding_*",),
    "Ero1 regulation": ("ero1_regulation*",),
    "Ero1 oxidation": ("ero1_oxidation",),
    "alternative oxidase": ("ero1_alternative_oxidation",),
    "PRDX4": ("ero1_prdx4_*",),
    "H2O2 supply and loss": ("ero1_h2o2_*",),
    "PDI-glutathione exchange": ("gsh_pdi_exchange",),
    "GSH entry": ("gsh_entry",),
    "GSH and GSSG efflux": ("gsh_efflux", "gsh_gssg_export"),
    "dithiothreitol": ("gsh_dtt_*", "folding_*_reduction_*"),
    "labelled chains": ("folding_*_labelled_*",),
    "synthesis of clients": ("folding_*_synthesis",),
    "folding of bulk": ("folding_bulk_step_*",),
    "folding of EGFR": ("folding_egfr_step_*",),
    "folding of Notch1": ("folding_notch_step_*",),
    "exit of clients": ("folding_*_exit",),
    "misfolding": ("folding_*_misfolding_*", "folding_misfolding_at_synthesis"),
    "BiP binding": ("quality_bip_binding",),
    "ERAD": ("quality_erad_*",),
    "Ero1 turnover": ("upr_ero1_*",),
    "BiP turnover": ("upr_bip_*",),
    "UPR signalling": ("upr_*",),
}
"""Patterns of reaction ids of the cell by process; a reaction belongs to the first process that has it, but labelled
chains and dithiothreitol come before the clients."""

# Patterns that would also be met by a wider one above them.
_FIRST = ("labelled chains", "dithiothreitol")


def processes_of(model: Model) -> dict[str, str]:
    """Process of each reaction, in the order of the model; a reaction that no pattern knows is a process of its own."""
    order = [*_FIRST, *(name for name in PROCESSES if name not in _FIRST)]
    found = {}
    for reaction in model.having("reaction"):
        names = (name for name in order if any(fnmatchcase(reaction.id, pattern) for pattern in PROCESSES[name]))
        found[reaction.id] = next(names, reaction.id)
    return found
