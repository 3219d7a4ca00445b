"""Which readouts tell the story of the pathway, and what they are called there: the one place that says it."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["COUNTED", "LABELS", "STORY"]

STORY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Zinc", ("er_zinc_probe",)),
    ("Ero1α", ("ero1_active_fraction", "ero1_zinc_bound_fraction")),
    ("PDI", ("pdi_oxidised_fraction",)),
    ("Disulfides: maturation of clients", ("bulk_maturation_rate", "egfr_maturation_rate", "notch_maturation_rate")),
    ("Misfolded protein", ("misfolded_protein",)),
    ("Unfolded protein response", ("xbp1s_fold", "chop_fold", "bip_fold")),
)
"""Which readouts each panel shows, in the order of cause and effect; those of one panel have one unit."""

LABELS = MappingProxyType(
    {
        "ero1_active_fraction": "open, zinc-free",
        "ero1_zinc_bound_fraction": "holds zinc",
        "bulk_maturation_rate": "bulk secretory",
        "egfr_maturation_rate": "EGFR",
        "notch_maturation_rate": "Notch1",
        "xbp1s_fold": "spliced XBP1 mRNA",
        "chop_fold": "CHOP",
        "bip_fold": "BiP",
    }
)
"""Short names of readouts that share a panel."""

COUNTED = MappingProxyType(
    {
        "er_zinc_probe": "probe occupancy (fraction)",
        "pdi_oxidised_fraction": "oxidised sites (fraction)",
        "misfolded_protein": "free and on BiP (µM)",
        "ero1_active_fraction": "of all Ero1α (fraction)",
        "ero1_zinc_bound_fraction": "of all Ero1α (fraction)",
        "bulk_maturation_rate": "native exit (rest = 1)",
        "egfr_maturation_rate": "native exit (rest = 1)",
        "notch_maturation_rate": "native exit (rest = 1)",
        "xbp1s_fold": "amount (rest = 1)",
        "chop_fold": "amount (rest = 1)",
        "bip_fold": "amount (rest = 1)",
    }
)
"""What the vertical axis says, by the first readout of a panel that is drawn."""
