"""The chart of findings: every number stands where its criterion puts it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

import zinc_sbml as zs
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.findings import Criterion, Finding, Kind, Status
from zinc_sbml.findings.compare import Check, Comparison, Verdict
from zinc_sbml.findings.family import FamilyCheck, FamilyComparison, FamilyVerdict
from zinc_sbml.plots import findings_chart
from zinc_sbml.plots.verdicts import REACH, Scale


def criterion(low: float = -math.inf, high: float = math.inf) -> Criterion:
    return Criterion(kind=Kind.VALUE, at_least=low, at_most=high)


def finding(name: str, *criteria: Criterion) -> Finding:
    return replace(zs.compare_plausible(sets=1).verdicts[0].finding, id=name, statement=name, criteria=criteria)


def judged(one: Finding, *checks: tuple[float, bool]) -> Verdict:
    status = Status.REPRODUCED if all(holds for _, holds in checks) else Status.MISSED
    return Verdict(
        finding=one,
        status=status if checks else Status.OUT_OF_SCOPE,
        checks=tuple(Check(criterion="in words", value=value, holds=holds) for value, holds in checks),
    )


def test_numbers_are_divided_by_their_bound() -> None:
    least = Scale.of(criterion(low=4.0))
    assert (least.place(8.0), least.low, least.high) == (2.0, 1.0, math.inf)
    most = Scale.of(criterion(high=0.5))
    assert (most.place(0.25), most.low, most.high) == (0.5, 0.0, 1.0)
    between = Scale.of(criterion(low=1.0, high=4.0))
    assert (between.place(2.0), between.low, between.high) == (1.0, 0.5, 2.0)
    order = Scale.of(Criterion(kind=Kind.DESCENDING, order=(), by_factor=1.0))
    assert math.isnan(order.reference)  # without measures there is no order


def test_negative_bounds_lose_their_sign_but_not_their_direction() -> None:
    falls = Scale.of(criterion(high=-0.1))
    assert falls.place(-0.3) == pytest.approx(3.0)  # more than asked for: inside the band
    assert (falls.low, falls.high) == (1.0, math.inf)
    assert falls.place(0.2) == 0.0  # of the other sign: at the end of the scale, outside the band
    potential = Scale.of(criterion(low=-212.0, high=-204.0))
    assert potential.low < potential.place(-208.0) < potential.high
    assert potential.place(-230.0) > potential.high
    assert math.isnan(Scale.of(criterion(high=0.0)).reference)
    assert math.isnan(Scale.of(criterion(low=-1.0, high=1.0)).reference)


def test_every_check_of_the_register_stands_in_its_band_just_if_it_holds() -> None:
    compared = zs.compare()
    seen = 0
    for verdict in compared.verdicts:
        for check, one in zip(verdict.checks, verdict.finding.criteria, strict=True):
            scale = Scale.of(one)
            if math.isnan(scale.reference):
                continue
            place = scale.place(check.value)
            inside = scale.low * (1 - 1e-12) <= place <= scale.high * (1 + 1e-12)
            assert inside is check.holds, (verdict.finding.id, check)
            seen += 1
    assert seen > 50


def test_rows_are_grouped_by_verdict_misses_first_with_the_deciding_criterion(tmp_path: Path) -> None:
    good, bad = finding("good", criterion(low=1.0), criterion(high=10.0)), finding("bad", criterion(low=1.0))
    outside = finding("outside")
    verdicts = (judged(good, (2.0, True), (5.0, True)), judged(bad, (0.5, False)), judged(outside))
    figure = findings_chart(Comparison(verdicts=verdicts), path=tmp_path / "findings.svg")
    (panel,) = figure.axes
    assert [tick.get_text() for tick in panel.get_yticklabels()] == ["bad: bad  0.5 (≥ 1)", "good  2 (≥ 1)"]
    dots = {line.get_ydata()[0]: line for line in panel.get_lines() if line.get_marker() == "o"}
    upper, lower = (dots[place] for place in sorted(dots, reverse=True))
    assert (upper.get_xdata()[0], lower.get_xdata()[0]) == (0.5, 2.0)
    assert upper.get_markerfacecolor() == "white" != lower.get_markerfacecolor()
    assert {text.get_text() for text in panel.texts} == {"missed (1)", "reproduced (1)"}
    assert "outside" in figure.get_supxlabel()
    assert (tmp_path / "findings.svg").read_bytes().startswith(b"<?xml")


def test_with_shares_the_least_common_criterion_and_the_share_are_drawn() -> None:
    one = finding("one", criterion(low=1.0), criterion(high=10.0))
    checks = tuple(
        FamilyCheck(criterion="in words", share=share, median=median, low=low, high=high)
        for share, low, median, high in ((0.9, 0.5, 2.0, 4.0), (0.4, 5.0, 20.0, 1e9))
    )
    over = FamilyVerdict(finding=one, share=0.3, status=Status.DIVIDED, checks=checks)
    compared = Comparison(verdicts=(judged(one, (2.0, True), (9.0, True)),))
    panel, right = findings_chart(compared, FamilyComparison(verdicts=(over,), sets=10)).axes
    assert panel.get_yticklabels()[0].get_text() == "one: one  9 (≤ 10)"
    [interval] = [line for line in panel.get_lines() if line.get_linewidth() == 2.2]
    assert [*interval.get_xdata()] == [0.5, REACH]  # 1e9 / 10 lies beyond the end of the scale
    assert [bar.get_width() for bar in right.patches] == [0.3]
    assert next(text.get_text() for text in right.texts).startswith("30%")
    assert {text.get_text() for text in panel.texts} == {"divided (1)"}


def test_other_registers_are_refused(tmp_path: Path) -> None:
    one, other = finding("one", criterion(low=1.0)), finding("other", criterion(low=1.0))
    over = FamilyVerdict(finding=other, share=1.0, status=Status.REPRODUCED, checks=())
    with pytest.raises(InvalidInputError, match="different registers: they differ in one"):
        findings_chart(
            Comparison(verdicts=(judged(one, (2.0, True)),)), FamilyComparison(verdicts=(over,), sets=1),
            path=tmp_path / "findings.svg",
        )  # fmt: skip
    with pytest.raises(InvalidInputError, match="no finding with a criterion"):
        findings_chart(Comparison(verdicts=(judged(finding("outside")),)))
    assert not [*tmp_path.iterdir()]


def test_the_shipped_chart_is_the_same_twice(tmp_path: Path) -> None:
    compared, shares = zs.compare(), zs.compare_plausible()
    for name in ("one.svg", "other.svg"):
        findings_chart(compared, shares, path=tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
