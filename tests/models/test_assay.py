"""The test tube against limits that can be written down."""

import numpy as np
import pytest

import zinc_sbml as zs


@pytest.fixture(scope="module")
def value():
    return zs.parameters("ero1_assay")["value"]


# Glutathione reduces PDI at once, and oxygen is far above its half-saturation.
FAST = {"gsh_pdi_oxidation_k": 1.0, "GSSG": 1e-6, "GSH": 1e6, "ero1_oxygen_k": 1e-3}
ENZYME, PDI = 2.0, 5.0


def test_rate_with_reduced_pdi_is_michaelis_menten(value):
    flux = zs.simulate("ero1_assay_no_zinc", parameters=FAST, times=[0, 10, 20])["ero1_flux"]
    by_hand = value["ero1_kcat"] * ENZYME * PDI / (value["ero1_km_pdi"] + PDI)
    np.testing.assert_allclose(flux.iloc[1:], by_hand, rtol=1e-4)


def test_trapping_is_exponential(value):
    """Without release the enzyme dies as exp(-k z t), and the oxygen used is the integral of that."""
    zinc, time = 1e-3, np.array([0.0, 5.0, 10.0, 20.0, 40.0])
    result = zs.simulate(
        "ero1_assay_zinc", parameters={**FAST, "ero1_zinc_release_k": 0.0, "zinc_free": zinc}, times=time
    )
    full = value["ero1_kcat"] * ENZYME * PDI / (value["ero1_km_pdi"] + PDI)
    k = value["ero1_zinc_trap_k"] * zinc
    used = result["oxygen_concentration"].iloc[0] - result["oxygen_concentration"]
    np.testing.assert_allclose(used, full * (1 - np.exp(-k * time)) / k, rtol=1e-3, atol=1e-6)


def test_reversible_inhibition_is_hyperbolic(value):
    zinc = 3e-5
    changes = {**FAST, "zinc_traps_ero1": 0.0}
    late = [100.0]
    without = zs.simulate("ero1_assay_no_zinc", parameters=changes | {"O2": 1e4}, times=[0, *late])["ero1_flux"].iloc[
        -1
    ]
    with_it = zs.simulate("ero1_assay_zinc", parameters=changes | {"O2": 1e4, "zinc_free": zinc}, times=[0, *late])[
        "ero1_flux"
    ].iloc[-1]
    # 1000 /uM/s x 3.4e-5 uM: the slow side of the binding is over after 100 s (3 half-times and more).
    assert with_it / without == pytest.approx(1 / (1 + zinc / value["ero1_zinc_ki"]), rel=2e-2)


def test_oxygen_electrons_and_thiols_add_up():
    """Each oxygen used has made one hydrogen peroxide and one disulfide, which sits on PDI or glutathione."""
    result = zs.simulate("ero1_assay_no_zinc")
    used = result["O2"].iloc[0] - result["O2"]
    np.testing.assert_allclose(result["H2O2"], used, rtol=1e-6, atol=1e-9)
    disulfides = result["PDI_oxidised"] + result["GSSG"] - result["GSSG"].iloc[0]
    np.testing.assert_allclose(disulfides, used, rtol=1e-6, atol=1e-6)


def test_oxygen_runs_out():
    end = zs.simulate("ero1_assay_no_zinc").final
    assert 0 <= end["O2"] < 5.0
