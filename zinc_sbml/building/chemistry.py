"""Conservation: every reaction makes as much zinc, protein, glutathione and electrons as it takes.

``models/composition.tsv`` says what one molecule of each species holds. From it follow a balance of every
single reaction, reservoirs included, and, with the reservoirs cut off, the totals that the rest of the
network cannot change. Both are computed in exact fractions, so that zero means zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zinc_sbml import catalog
from zinc_sbml.building.issues import Issue
from zinc_sbml.building.libsbml_tools import ModelLike, read_document, sbml_text
from zinc_sbml.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "check_chemistry",
    "check_composition",
    "conserved_moieties",
    "reaction_balance",
    "read_composition",
]

_Row = list[Fraction]


def read_composition(path: Path | None = None) -> pd.DataFrame:
    """What one molecule of each species holds.

    Parameters
    ----------
    path : pathlib.Path, optional
        The table (tab-separated, column ``species`` and one column of numbers for each conserved thing); by
        default the shipped one. Lines that start with ``#`` are comments.

    Returns
    -------
    pandas.DataFrame
        Indexed by species; numbers per molecule as fractions. Empty cells count as 0.

    Raises
    ------
    InvalidInputError
        If the file or its column ``species`` is missing, a species stands twice, or a cell is not a number;
        it names file and row.
    """
    import pandas as pd

    path = path or catalog.composition_path()
    if not path.is_file():
        raise InvalidInputError(f"{path}: the composition table is missing")
    table = pd.read_csv(path, sep="\t", dtype=str, comment="#", keep_default_na=False)
    if "species" not in table.columns:
        raise InvalidInputError(f"{path}: column 'species' is missing; found {', '.join(table.columns)}")
    table = table.set_index("species").astype(object)
    doubled = table.index[table.index.duplicated()]
    if len(doubled):
        raise InvalidInputError(f"{path}: species {doubled[0]!r} stands in two rows")
    for species, row in table.iterrows():
        for thing, cell in row.items():
            try:
                table.at[species, thing] = Fraction(str(cell).strip() or "0")
            except ValueError as error:
                raise InvalidInputError(f"{path}: species {species!r}: {thing} {cell!r} is not a number") from error
    return table


def _stoichiometry(model: Any) -> dict[str, dict[str, Fraction]]:
    """Net stoichiometry of each reaction: products minus reactants, by species."""
    found: dict[str, dict[str, Fraction]] = {}
    for reaction in model.getListOfReactions():
        net: dict[str, Fraction] = {}
        for sign, references in ((-1, reaction.getListOfReactants()), (1, reaction.getListOfProducts())):
            for reference in references:
                amount = sign * Fraction(repr(reference.getStoichiometry()))
                net[reference.getSpecies()] = net.get(reference.getSpecies(), Fraction(0)) + amount
        found[reaction.getId()] = net
    return found


def _balance(
    stoichiometry: dict[str, dict[str, Fraction]], composition: pd.DataFrame
) -> dict[str, dict[str, Fraction]]:
    holds = {str(species): row.to_dict() for species, row in composition.iterrows()}
    return {
        reaction: {
            thing: sum(
                (amount * holds.get(species, {}).get(thing, 0) for species, amount in net.items()),
                Fraction(0),
            )
            for thing in composition.columns
        }
        for reaction, net in stoichiometry.items()
    }


def reaction_balance(model: str | Path | ModelLike, composition: pd.DataFrame | None = None) -> pd.DataFrame:
    """What each reaction makes of each conserved thing; zero everywhere if the chemistry is right.

    Parameters
    ----------
    model : str, pathlib.Path or object with an attribute ``sbml``
        The model: text of its SBML, or path of an SBML file.
    composition : pandas.DataFrame, optional
        From `read_composition`; by default the shipped table.

    Returns
    -------
    pandas.DataFrame
        Reactions by conserved things: products minus reactants, boundary species (reservoirs) included, in
        molecules of the thing per turnover.
    """
    import pandas as pd

    composition = read_composition() if composition is None else composition
    document = read_document(sbml_text(model))
    balance = _balance(_stoichiometry(document.getModel()), composition)
    table = pd.DataFrame.from_dict(balance, orient="index", columns=composition.columns).astype(float)
    table.index.name = "reaction"
    return table


def _reduced(rows: Iterable[Sequence[Fraction]]) -> list[_Row]:
    """Reduced row echelon form without zero rows."""
    matrix = [list(row) for row in rows]
    width = len(matrix[0]) if matrix else 0
    rank = 0
    for column in range(width):
        pivot = next((number for number in range(rank, len(matrix)) if matrix[number][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        lead = matrix[rank][column]
        matrix[rank] = [value / lead for value in matrix[rank]]
        for number, row in enumerate(matrix):
            if number != rank and row[column]:
                factor = row[column]
                matrix[number] = [a - factor * b for a, b in zip(row, matrix[rank], strict=True)]
        rank += 1
    return matrix[:rank]


def _null_space(rows: list[_Row], width: int) -> list[_Row]:
    """Basis of all x with row . x = 0 for every row."""
    reduced = _reduced(rows)
    leads = [next(column for column, value in enumerate(row) if value) for row in reduced]
    basis: list[_Row] = []
    for free in (column for column in range(width) if column not in leads):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for row, lead in zip(reduced, leads, strict=True):
            vector[lead] = -row[free]
        basis.append(vector)
    return basis


def _closed_network(model: Any) -> tuple[list[str], list[dict[str, Fraction]]]:
    """Floating species that closed reactions touch, and the net stoichiometries of those reactions.

    A reaction is open if it touches a boundary species (a reservoir) or has nothing on one side (synthesis
    and degradation). A species that only open reactions touch has no closed chemistry to speak of.
    """
    boundary = {species.getId() for species in model.getListOfSpecies() if species.getBoundaryCondition()}
    stoichiometry = _stoichiometry(model)
    closed = []
    for reaction in model.getListOfReactions():
        net = stoichiometry[reaction.getId()]
        if reaction.getNumReactants() and reaction.getNumProducts() and not boundary & set(net):
            closed.append(net)
    touched = {species for net in closed for species in net}
    order = [species.getId() for species in model.getListOfSpecies() if species.getId() in touched]
    return order, closed


def conserved_moieties(model: str | Path | ModelLike, composition: pd.DataFrame | None = None) -> pd.DataFrame:
    """Totals that the closed part of the network cannot change.

    They span the left null space of the stoichiometry matrix of the floating species without the open
    reactions: those that touch a boundary species, and synthesis and degradation, which have nothing on one
    side.

    Parameters
    ----------
    model : str, pathlib.Path or object with an attribute ``sbml``
        The model: text of its SBML, or path of an SBML file.
    composition : pandas.DataFrame, optional
        From `read_composition`; by default the shipped table.

    Returns
    -------
    pandas.DataFrame
        Moieties by floating species of the closed reactions, in molecules per molecule. First the conserved
        things of the composition table that are linearly independent here, under their names; then, as
        ``unnamed_1`` and so on, what the null space holds beyond them. A thing of the table that the closed
        network does *not* conserve is left out; `check_chemistry` reports it as a reaction that does not
        balance.
    """
    import pandas as pd

    composition = read_composition() if composition is None else composition
    document = read_document(sbml_text(model))
    order, closed = _closed_network(document.getModel())
    rows = [[net.get(species, Fraction(0)) for species in order] for net in closed]
    holds = {str(species): row.to_dict() for species, row in composition.iterrows()}
    moieties: dict[str, _Row] = {}

    def is_new(vector: _Row) -> bool:
        return len(_reduced([*moieties.values(), vector])) > len(moieties)

    for thing in composition.columns:
        vector = [Fraction(holds.get(species, {}).get(thing, 0)) for species in order]
        conserved = all(not sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)
        if conserved and is_new(vector):
            moieties[thing] = vector
    unnamed = 0
    for vector in _null_space(rows, len(order)):
        if is_new(vector):
            unnamed += 1
            moieties[f"unnamed_{unnamed}"] = vector
    table = pd.DataFrame.from_dict(moieties, orient="index", columns=order).astype(float)
    table.index.name = "moiety"
    return table


def _issue(code: str, element: str, message: str) -> Issue:
    return Issue(severity="error", code=code, line=None, element=element, message=message, category="chemistry")


def check_chemistry(model: str | Path | ModelLike, composition: pd.DataFrame | None = None) -> list[Issue]:
    """Find reactions that do not balance and totals that nobody declared (ZC001, ZC002, ZC004).

    Parameters
    ----------
    model : str, pathlib.Path or object with an attribute ``sbml``
        The model: text of its SBML, or path of an SBML file.
    composition : pandas.DataFrame, optional
        From `read_composition`; by default the shipped table.
    """
    composition = read_composition() if composition is None else composition
    text = sbml_text(model)
    document = read_document(text)
    stoichiometry = _stoichiometry(document.getModel())
    issues: list[Issue] = []
    for species in dict.fromkeys(species for net in stoichiometry.values() for species in net):
        if species not in composition.index:
            issues.append(
                _issue(
                    "ZC002",
                    species,
                    f"species {species!r} takes part in reactions and has no row in the composition table",
                )
            )
    for reaction, made in _balance(stoichiometry, composition).items():
        wrong = [f"{float(amount):+g} {thing}" for thing, amount in made.items() if amount]
        if wrong:
            issues.append(
                _issue("ZC001", reaction, f"reaction {reaction!r} does not balance: it makes {', '.join(wrong)}")
            )
    for moiety, row in conserved_moieties(text, composition).iterrows():
        if str(moiety).startswith("unnamed_"):
            terms = " ".join(f"{value:+g} {species}" for species, value in row.items() if value)
            first = next(str(species) for species, value in row.items() if value)
            message = f"the closed reactions conserve a total that the composition table does not name: {terms}"
            issues.append(_issue("ZC004", first, message))
    return issues


def check_composition(models: Iterable[str | Path | ModelLike], composition: pd.DataFrame | None = None) -> list[Issue]:
    """Find rows of the composition table that no model uses (ZC003)."""
    composition = read_composition() if composition is None else composition
    used: set[str] = set()
    for model in models:
        document = read_document(sbml_text(model))
        used |= {species.getId() for species in document.getModel().getListOfSpecies()}
    unused = [str(species) for species in composition.index if species not in used]
    return [
        _issue("ZC003", name, f"row {name!r} of the composition table: no model has such a species") for name in unused
    ]
