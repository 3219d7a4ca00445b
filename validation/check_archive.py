"""Whether the validator of BioSimulations and BioModels accepts a COMBINE archive without an error or a warning.

It checks manifest, metadata, SED-ML with its targets, and every SBML file. It needs an environment of its own, since it
holds back other packages (Python 3.12 at most)::

    pip install "biosimulators-utils[sbml]>=0.2.3" kisao "setuptools<81"
    python validation/check_archive.py zinc_sbml.omex

Exits 1 if there is an error or a warning.
"""

from __future__ import annotations

import sys
import tempfile
import warnings

# It imports pkg_resources, and says of every document that few features of its level are supported.
warnings.simplefilter("ignore")

from biosimulators_utils.combine.io import CombineArchiveReader  # noqa: E402
from biosimulators_utils.combine.validation import validate  # noqa: E402
from biosimulators_utils.config import Config  # noqa: E402


def main(path: str) -> int:
    """Check an archive and tell what is wrong with it; gives the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        archive = CombineArchiveReader().run(path, folder)
        errors, found = validate(archive, folder, config=Config())
    for kind, messages in (("error", errors), ("warning", found)):
        for message in messages:
            print(f"{kind}: {message}")
    print(f"{path}: {len(archive.contents)} entries, {len(errors)} errors, {len(found)} warnings")
    return bool(errors or found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
