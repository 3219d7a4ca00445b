"""What the plots of an exported scenario show, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence

from zinc_sbml.model import Model

__all__ = ["plots_of"]

_PLOTS = (
    (
        "zinc, Ero1alpha and PDI",
        "share",
        ("er_zinc_probe", "ero1_active_fraction", "ero1_zinc_bound_fraction", "pdi_oxidised_fraction"),
    ),
    (
        "native clients leaving the ER",
        "relative to rest",
        ("bulk_maturation_rate", "egfr_maturation_rate", "notch_maturation_rate"),
    ),
    ("misfolded protein", "uM", ("misfolded_protein",)),
    ("unfolded protein response", "relative to rest", ("xbp1s_fold", "atf4_fold", "chop_fold", "bip_fold")),
    ("oxygen", "uM", ("oxygen_concentration",)),
)


def plots_of(model: Model, columns: Sequence[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Choose what is plotted.

    Parameters
    ----------
    model : Model
        The model.
    columns : sequence of str
        Ids there is data of.

    Returns
    -------
    list of (str, str, tuple of str)
        Title, what the vertical axis shows, and ids. The story from zinc to the stress response for the shipped
        models; one plot for each unit for a model that has none of its readouts.
    """
    found = [(title, axis, tuple(name for name in names if name in columns)) for title, axis, names in _PLOTS]
    found = [plot for plot in found if plot[2]]
    if found:
        return found
    by_unit: dict[str, list[str]] = {}
    for name in columns:
        by_unit.setdefault(model.quantities[name].unit, []).append(name)
    return [(f"in {unit}" if unit else "without unit", unit, tuple(names)) for unit, names in by_unit.items()]
