"""Which experiment tells competing explanations apart.

`designs` holds what can be done and read, `lists` builds it, `readings` simulates it in the cells of two families,
`separation` says how far apart they are, `search` ranks, `kept` writes what is shipped.
"""

from __future__ import annotations

from zinc_sbml.discrimination.designs import Designs
from zinc_sbml.discrimination.lists import load_designs
from zinc_sbml.discrimination.search import Discrimination, discriminate

__all__ = ["Designs", "Discrimination", "discriminate", "load_designs"]
