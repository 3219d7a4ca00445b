"""A register and a scenario of somebody who means harm, or has an odd taste in titles."""

from __future__ import annotations

from pathlib import Path

import pytest

import zinc_sbml as zs

HOSTILE = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'> & \"so on\""

REGISTER = """
[[finding]]
id = "wrong_source"
statement = '''{hostile}'''
source = "javascript:window.harmed=1"
place = "nowhere"
status = "out of scope"
reason = '''{hostile}'''

[[finding]]
id = "stress_falls"
statement = "Stress falls"
source = "https://example.org/?a=1&b=<i>"
place = "nowhere"
status = "missed"
reason = "it rises"
[[finding.criterion]]
kind = "ratio"
of = {{ scenario = "zip7_inhibition", readout = "xbp1s_fold" }}
to = {{ scenario = "baseline", readout = "xbp1s_fold" }}
at_most = 0.5
"""


@pytest.fixture(scope="session")
def hostile_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "findings.toml"
    path.write_text(REGISTER.format(hostile=HOSTILE), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def hostile_scenario() -> zs.Scenario:
    return zs.Scenario(
        id="odd",
        title=HOSTILE,
        question=HOSTILE,
        duration=3600.0,
        periods=[zs.Period(start=0, changes={"zip7_inhibitor": 1.0})],
    )
