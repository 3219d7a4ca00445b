"""The test tube against limits that can be written down."""

import numpy as np
import pytest

import zinc_sbml as zs


@pytest.fixture(scope="module")
def value():
    return zs.parameters("ero1_assay")["value"]


# Glutathione reduces PDI at once, and oxygen is far above its half-saturation.
FAST = {"gsh_pdi_oxidation_k": 1.0, "GSSG": 1e-6, "GSH": 1e6, "ero1_oxygen_k": 1e-3}
ENZYME = 2.0


def mixed(parameters, times):
    """Everything mixed at time 0, without the time in which the shipped scenarios let the enzyme stand."""
    return zs.simulate(zs.Scenario(id="mixed", model="ero1_assay", duration=300), parameters=parameters, times=times)


def full_rate(value):
    """Michaelis-Menten with all PDI reduced."""
    return value["ero1_kcat"] * ENZYME * value["ero1_pdi_total"] / (value["ero1_km_pdi"] + value["ero1_pdi_total"])


def test_rate_with_reduced_pdi_is_michaelis_menten(value):
    flux = mixed(FAST, [0, 10, 20])["ero1_flux"]
    np.testing.assert_allclose(flux.iloc[1:], full_rate(value), rtol=1e-4)


def test_trapping_is_exponential(value):
    """Without release the enzyme dies as exp(-k z t), and the oxygen used is the integral of that."""
    zinc, time = 1e-3, np.array([0.0, 5.0, 10.0, 20.0, 40.0])
    result = mixed({**FAST, "ero1_zinc_release_k": 0.0, "zinc_free": zinc}, time)
    k = value["ero1_zinc_trap_k"] * zinc
    used = result["oxygen_concentration"].iloc[0] - result["oxygen_concentration"]
    np.testing.assert_allclose(used, full_rate(value) * (1 - np.exp(-k * time)) / k, rtol=1e-3, atol=1e-6)


def test_reversible_inhibition_is_hyperbolic(value):
    zinc = 3e-5
    changes = {**FAST, "zinc_traps_ero1": 0.0, "O2": 1e4}
    # 1000 /uM/s x 3.4e-5 uM: the slow side of the binding has gone through 3 half-times after 100 s.
    without, with_it = (mixed({**changes, "zinc_free": z}, [0, 100])["ero1_flux"].iloc[-1] for z in (0.0, zinc))
    assert with_it / without == pytest.approx(1 / (1 + zinc / value["ero1_zinc_ki"]), rel=2e-2)


def test_trap_has_no_effect_at_the_instant_of_mixing():
    without, with_it = (mixed({"zinc_free": z}, [0, 1])["oxygen_concentration"].iloc[-1] for z in (0.0, 1e-3))
    assert (210 - with_it) / (210 - without) > 0.95


def test_oxygen_electrons_and_thiols_add_up():
    """Each oxygen used has made one hydrogen peroxide and one disulfide, which sits on PDI or glutathione."""
    result = zs.simulate("ero1_assay_no_zinc")
    used = result["O2"].iloc[0] - result["O2"]
    np.testing.assert_allclose(result["H2O2"], used, rtol=1e-6, atol=1e-9)
    disulfides = result["PDI_oxidised"] + result["GSSG"] - result["PDI_oxidised"].iloc[0] - result["GSSG"].iloc[0]
    np.testing.assert_allclose(disulfides, used, rtol=1e-6, atol=1e-5)


def test_oxygen_runs_out():
    end = zs.simulate("ero1_assay_no_zinc").final
    assert 0 <= end["O2"] < 5.0
