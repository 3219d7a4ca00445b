"""libSEDML takes over the lists of libSBML when it comes second: told, instead of never ending."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CODE = """
import sys
{imports}
import zinc_sbml as zs
folder = sys.argv[1]
path = str(zs.load_model("ero1_assay").path)
doors = {{
    "validate": lambda: zs.validate(path),
    "sbml": lambda: zs.export("sbml", folder + "/a.xml", model="ero1_assay", scenario="ero1_assay_zinc"),
    "level": lambda: zs.export("sbml", folder + "/b.xml", model="ero1_assay", level=2, version=4),
    "sedml": lambda: zs.export("sedml", folder + "/sedml", model="ero1_assay"),
    "copasi": lambda: zs.export("copasi", folder + "/a.cps", model="ero1_assay"),
    "layout": lambda: zs.export("layout", folder + "/l.xml", model="ero1_assay"),
}}
for name, door in doors.items():
    try:
        door()
        print(name, "works", flush=True)
    except zs.ModelBuildError as error:
        print(name, "told" if "libsedml was imported after libsbml" in str(error) else error, flush=True)
# What needs no lists of libSBML goes on as it did.
zs.simulate("ero1_assay_zinc")
print("simulate works")
"""

DOORS = ("validate", "sbml", "level", "sedml", "copasi", "layout")


@pytest.mark.skipif(find_spec("libsedml") is None, reason="libsedml comes with the extra tellurium")
@pytest.mark.parametrize(
    ("imports", "outcome"), [("import libsbml; import libsedml", "told"), ("import libsedml; import libsbml", "works")]
)
def test_the_order_of_libraries(tmp_path: Path, imports: str, outcome: str) -> None:
    """In processes of their own: here it would be too late for every other test."""
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(imports=imports), str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [*(f"{name} {outcome}" for name in DOORS), "simulate works"]
    assert len(list(tmp_path.iterdir())) == (0 if outcome == "told" else 5)
