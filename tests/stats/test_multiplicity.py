"""Holm's correction agrees with statsmodels."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from audit.stats.multiplicity import holm


@settings(max_examples=20)  # statsmodels takes its time
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p):
    """Adjusted p-values equal those of statsmodels."""
    np.testing.assert_allclose(holm(np.array(p)), multipletests(p, method="holm")[1])
