"""The marked block of the resting state: read, rewritten, and refused when damaged."""

from __future__ import annotations

import math

import pytest

from zinc_sbml.building import compile_antimony, read_rest, write_rest
from zinc_sbml.building.restblock import END, START
from zinc_sbml.errors import ModelBuildError

BLOCK = f"  {START}\n  Zn_er = 6.1e-06;\n  bip_reference = 50.0;\n  {END}\n"
TEXT = f"model *m()\n  k = 1;\n{BLOCK}  Zn_x = 3;\nend\n"


def test_reading(write_models):
    assert read_rest(TEXT) == {"Zn_er": 6.1e-06, "bip_reference": 50.0}
    assert read_rest(write_models().read_text()) == {"A_in": 0.6, "B_in": 1.5, "B_reference": 1.0}


def test_round_trip_keeps_every_digit_and_every_other_byte(tmp_path):
    path = tmp_path / "m.ant"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    values = {"bip_reference": 0.1 + 0.2, "Zn_er": 5e-324}
    write_rest(path, values)
    assert read_rest(path.read_text()) == values
    expected = TEXT.replace("6.1e-06", "5e-324").replace("50.0", "0.30000000000000004")
    assert path.read_bytes() == expected.replace("\n", "\r\n").encode()
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_reaches_the_sbml(write_models):
    path = write_models()
    write_rest(path, {"A_in": 0.625, "B_in": 1.5, "B_reference": 1.0})
    assert 'initialConcentration="0.625"' in compile_antimony(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (START, "// rest", "is missing"),
        (END, "// end", "is missing"),
        (f"  {START}\n", f"  {START}\n  {START}\n", "second time"),
        (f"  {END}\n", f"  {END}\n  {END}\n", "second time"),
        ("Zn_er = 6.1e-06;", "Zn_er = fast;", "fast"),
        ("Zn_er = 6.1e-06;", "Zn_er := 6.1e-06;", "expected"),
        ("Zn_er = 6.1e-06;", "Zn_er = nan;", "nan"),
        ("Zn_er = 6.1e-06;", "Zn_er = 1; // note", "expected"),
        ("bip_reference = 50.0;", "Zn_er = 50.0;", "two resting values"),
    ],
)
def test_a_damaged_block_is_refused(tmp_path, old, new, message):
    text = TEXT.replace(old, new)
    with pytest.raises(ModelBuildError, match=message):
        read_rest(text)
    path = tmp_path / "m.ant"
    path.write_text(text)
    with pytest.raises(ModelBuildError, match=message):
        write_rest(path, {"Zn_er": 1.0, "bip_reference": 2.0})
    assert path.read_text() == text


def test_marks_in_the_wrong_order_are_refused():
    text = TEXT.replace(START, "X").replace(END, START).replace("X", END)
    with pytest.raises(ModelBuildError, match="ends before it begins"):
        read_rest(text)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Zn_er": 1.0}, "no value given for bip_reference"),
        ({"Zn_er": 1.0, "bip_reference": 2.0, "Zn_cytosol": 3.0}, "not in the block: Zn_cytosol"),
        ({"Zn_er": math.nan, "bip_reference": 2.0}, "'Zn_er' is nan"),
        ({"Zn_er": math.inf, "bip_reference": 2.0}, "'Zn_er' is inf"),
    ],
)
def test_values_that_do_not_fit_leave_the_file_alone(tmp_path, values, message):
    path = tmp_path / "m.ant"
    path.write_text(TEXT)
    with pytest.raises(ModelBuildError, match=message):
        write_rest(path, values)
    assert path.read_text() == TEXT
