"""Whatever stands in a table, the audit comes to an end and says it in valid JSON and in 80 columns."""

import json
import math
import warnings

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.engine import audit_results
from audit.registry import rules
from audit.render import json_document, terminal
from audit.rule import Verdict
from tests import studies
from tests.render.test_json_document import SCHEMA

SIZES = {"NUM004", "NUM005", "NUM006", "NUM007"}
NUMBERS = st.sampled_from(
    [None, math.nan, math.inf, -math.inf, 0.0, -1.0, 0.1, 0.5, 0.93, 1.0, 2.0, 4.0, 8.0, 93.1, 1e300]
)
TEXTS = {
    "method": st.sampled_from(["dense", "mine", "global_random", "random_matched_mine", "scratch"]),
    "dataset": st.sampled_from(["cifar10", "of our own"]),
    "seed": st.sampled_from([None, "1", "2", "3", "x", str(2**70)]),
    "score": st.sampled_from([None, "random", "magnitude", "mine"]),
    "allocation": st.sampled_from([None, "global", "uniform", "matched", "our_own"]),
    "matched_to": st.sampled_from([None, "mine", "dense"]),
    "schedule": st.sampled_from([None, "one_shot", "gradual"]),
    "granularity": st.sampled_from([None, "weight", "filter", "n_m"]),
    "starts_from": st.sampled_from([None, "init", "trained"]),
    "status": st.sampled_from([None, "finished", "failed", "running"]),
    "initial_weights": st.sampled_from([None, "a", "b"]),
    "mask": st.sampled_from([None, "m"]),
    "predictions": st.sampled_from([None, "p", "q"]),
    "device": st.sampled_from([None, "cpu", "A100"]),
    "deviation_kind": st.sampled_from([None, "std", "test-set error", "bar"]),
}
COLUMNS = (
    "compression_target",
    "compression_ratio",
    "theoretical_speedup",
    "parameters",
    "parameters_nonzero",
    "top1",
    "top1_change",
    "top1_deviation",
    "dense_top1",
    "before_finetuning_top1",
    "n",
    "n_test",
    "n_correct",
    "steps_final_weights",
    "epochs",
    "batch_size",
)
ROWS = st.lists(
    st.fixed_dictionaries({"architecture": st.just("r"), **TEXTS, **dict.fromkeys(COLUMNS, NUMBERS)}),
    min_size=1,
    max_size=12,
)
PERPLEXITY = '[metric.perplexity]\ndirection = "lower"\nchance = 100\nsubstantial_drop = 1\n'
WAIVED = """
[method.absent]
proposed = true
[[waiver]]
rule = "RES004"
scope = { compression_ratio = 2 }
reason = "for now"
expires = 2999-01-01
"""
STUDIES = st.sampled_from(["", studies.STUDY, PERPLEXITY, WAIVED])


@given(ROWS, STUDIES, st.sampled_from([None, (10, 20, 30), (10, math.nan, 30), (0, 0, 0)]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_is_audited(rows: list[studies.Row], toml: str, kept: tuple | None):
    """No table breaks a rule or a renderer, warns, or passes a rule on networks that gave no number."""
    judged = studies.case(
        studies.from_rows(rows), toml, layers=(lambda row: kept if row["seed"] else ()) if kept else None
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = audit_results(judged.results, judged.study, (), version="0")
        text = json_document.render(report)
        shown = terminal.render(report)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert {each.code for each in report.findings} == {loaded.rule.code for loaded in rules()}
    if not judged.measured.any():
        passed = {each.code for each in report.findings if each.verdict in (Verdict.PASS, Verdict.DECLARED)}
        assert passed <= SIZES | {"EXP004", "CMP005", "NUM010", "WVR001", "WVR002"}, "these ask what else is said"
