"""Cold start: the package and its command against a bare libRoadRunner script that does the same.

Each line is the median of several fresh processes, taken in turns so that a busy machine hits all alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 9

BARE = """
import roadrunner
from zinc_sbml.catalog import model_path
r = roadrunner.RoadRunner(str(model_path("er_zinc_redox")))
r.integrator.relative_tolerance = 1e-8
r.integrator.absolute_tolerance = [1e-14] * r.model.getNumFloatingSpecies()
r["zip7_inhibitor"] = 1.0
r.simulate(0, 86400, 201)
"""

COMMANDS = {
    "import roadrunner": [sys.executable, "-c", "import roadrunner"],
    "import roadrunner, zinc_sbml": [sys.executable, "-c", "import roadrunner, zinc_sbml"],
    "bare libRoadRunner script": [sys.executable, "-c", BARE],
    "zs.simulate('zip7_inhibition')": [sys.executable, "-c", "import zinc_sbml; zinc_sbml.simulate('zip7_inhibition')"],
    "zinc-sbml simulate zip7_inhibition": [
        sys.executable, "-c", "from zinc_sbml.cli import main; main()", "simulate", "zip7_inhibition",
    ],
}  # fmt: skip


def main() -> None:
    """Time all commands and print a table."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds[name].append(time.perf_counter() - start)
    peer = statistics.median(seconds["bare libRoadRunner script"])
    print("| command | median (s) | over bare script |")
    print("| --- | --- | --- |")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"| {name} | {median:.2f} | {median / peer:.2f} |")


if __name__ == "__main__":
    main()
