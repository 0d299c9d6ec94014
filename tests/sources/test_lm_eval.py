"""lm-evaluation-harness results."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audit.sources.lm_eval import read, recognise
from audit.study import Study

DOCUMENT = {
    "results": {
        "wikitext": {"alias": "wikitext", "word_perplexity,none": 7.55, "word_perplexity_stderr,none": "N/A"},
        "arc_easy": {"alias": "arc_easy", "acc,none": 0.66, "acc_stderr,none": 0.015, "acc_norm,none": 0.6},
        "mmlu": {"alias": "mmlu", "acc,none": 0.5, "acc_stderr,none": 0.004},
        "mmlu_law": {"alias": " - law", "acc,none": 0.4, "acc_stderr,none": 0.03},
        "gsm8k": {"alias": "gsm8k", "exact_match,strict-match": 0.2, "exact_match_stderr,strict-match": 0.01},
    },
    "group_subtasks": {"mmlu": ["mmlu_law"], "wikitext": [], "arc_easy": []},
    "config": {"model": "hf", "model_args": "pretrained=meta/llama,dtype=float16", "batch_size": "8", "random_seed": 0},
    "n-samples": {"arc_easy": {"original": 2376, "effective": 2376}},
    "date": 1700000000.5,
    "model_name": "meta/llama",
}
STUDY = """
[metric.{metric}]
direction = "{direction}"
[[source]]
path = "wanda/*.json"
constants = {{ method = "wanda", compression_ratio = 2, seed = 7 }}
"""


def study(metric: str = "top1", direction: str = "higher") -> Study:
    """A study that says what the harness does not know."""
    return Study.parse(STUDY.format(metric=metric, direction=direction))


def results_file(directory: Path, document: object = DOCUMENT) -> Path:
    """A results file where the harness would put it."""
    path = directory / "wanda" / "results_2024-01-01T00-00-00.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_what_is_read(tmp_path: Path) -> None:
    """A task is a data set, `acc` is Top-1, and its standard error is the test set's, not the seeds'."""
    path = results_file(tmp_path)
    assert recognise(path) and recognise(tmp_path) and recognise(path.parent)
    declared = study()
    results = read(path, declared, declared.sources[0])
    assert results.text("dataset").texts() == ["wikitext", "arc_easy", "mmlu", "gsm8k"]
    assert results.number("top1")[1:3].tolist() == [0.66, 0.5]
    assert results.number("top1_deviation")[1:3].tolist() == [0.015, 0.004]
    assert results.text("deviation_kind").texts()[:3] == [None, "test-set error", "test-set error"]
    assert results.text("architecture").texts() == ["meta/llama"] * 4
    assert results.text("method").texts() == ["wanda"] * 4
    assert results.text("seed").texts() == ["7"] * 4
    assert results.number("n_test")[1] == 2376
    assert results.number("eval_batch_size").tolist() == [8] * 4
    assert not results.present("n").any()


def test_metrics_of_the_studys_own(tmp_path: Path) -> None:
    """Perplexity is read where the study declares it; the seeds of the harness are no seeds of networks."""
    declared = study("word_perplexity", "lower")
    results = read(results_file(tmp_path), declared, declared.sources[0])
    assert results.number("word_perplexity")[0] == 7.55
    assert np.isnan(results.number("word_perplexity_deviation")).all()
    without = Study.parse('[[source]]\npath = "x"\nconstants = { method = "m", compression_ratio = 2 }\n')
    assert not read(results_file(tmp_path), without, without.sources[0]).present("seed").any()


def test_subtasks_of_a_group_without_a_metric(tmp_path: Path) -> None:
    """A group that has no metric hides no task; one that has hides all that is below it, at any depth."""
    acc = {"acc,none": 0.5, "acc_stderr,none": 0.01}
    tasks = {"board": {" ": " "}, "arc": acc, "mmlu": acc, "stem": {" ": " "}, "physics": acc, "wikitext": acc}
    groups = {"board": ["arc", "mmlu"], "mmlu": ["stem"], "stem": ["physics"], "wikitext": ["wikitext"]}
    path = results_file(tmp_path, {"results": tasks, "group_subtasks": groups, "config": {}, "model_name": "m"})
    declared = study()
    assert read(path, declared, declared.sources[0]).text("dataset").texts() == ["arc", "mmlu", "wikitext"]


def test_each_deviation_belongs_to_its_metric(tmp_path: Path) -> None:
    """Where another metric is Top-1, its own standard error goes with it, and `acc` brings none."""
    columns = 'columns = { top1 = "exact_match,strict-match" }'
    declared = Study.parse(f"{STUDY.format(metric='top1', direction='higher')}{columns}\n")
    results = read(results_file(tmp_path), declared, declared.sources[0])
    assert results.number("top1")[-1] == 0.2 and np.isnan(results.number("top1")[:-1]).all()
    assert results.number("top1_deviation")[-1] == 0.01 and np.isnan(results.number("top1_deviation")[:-1]).all()
    assert results.text("deviation_kind").texts() == [None, None, None, "test-set error"]
    named = Study.parse(f"{STUDY.format(metric='top1', direction='higher')}columns = {{ top1 = 'acc' }}\n")
    results = read(results_file(tmp_path), named, named.sources[0])
    assert results.number("top1")[1:3].tolist() == [0.66, 0.5]
    assert results.number("top1_deviation")[1:3].tolist() == [0.015, 0.004]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", ("is not JSON",)),
        ('{"results": ', ("is not JSON",)),
        ("[]", ("no table `results`",)),
        ({"results": {}, "config": {}}, ("holds no task with a metric",)),
        (DOCUMENT, ("`method`", "[[source]]")),
    ],
)
def test_damage_gives_one_line(
    tmp_path: Path, refused: Callable[..., str], document: object, words: tuple[str, ...]
) -> None:
    """What is no results file, or says nothing of pruning, is one line."""
    path = results_file(tmp_path, document)
    refused(path, str(path), *words, options=("--source", "lm-eval"))


def test_a_study_of_the_harness(tmp_path: Path, audit: Callable) -> None:
    """A directory of results files is audited under its study file; test-set errors are no seed variation."""
    results_file(tmp_path)
    (tmp_path / "audit.toml").write_text(STUDY.format(metric="top1", direction="higher"))
    answer = audit("check", tmp_path, "--select", "RES006", "--format", "json")
    assert answer.code == 1, answer.err
    (finding,) = json.loads(answer.out)["findings"]
    assert finding["verdict"] == "fail"
