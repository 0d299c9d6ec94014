"""Holm's correction agrees with statsmodels."""

import gc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from audit.stats.multiplicity import holm


@pytest.fixture(autouse=True)
def collected():
    """Nothing to collect for statsmodels, which has all garbage of the process collected at every call."""
    gc.freeze()
    yield
    gc.unfreeze()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p):
    """Adjusted p-values equal those of statsmodels."""
    np.testing.assert_allclose(holm(np.array(p)), multipletests(p, method="holm")[1])
