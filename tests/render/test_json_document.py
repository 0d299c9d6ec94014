"""The JSON document keeps its schema, holds plain numbers, and is the same bytes every time."""

import importlib.resources
import json
import math
from typing import Any

import jsonschema
import pytest

from audit.engine import audit_results
from audit.render import json_document
from audit.report import Input
from tests import studies
from tests.studies import Table, case, changed, joined, table, without

SCHEMA = json.loads((importlib.resources.files("audit.render") / "check.schema.json").read_text(encoding="utf-8"))
WAIVER = studies.STUDY + '[[waiver]]\nrule = "RES004"\nscope = {}\nreason = "for now"\nexpires = 2999-01-01\n'
TABLES = {
    "sound": lambda: table(),
    "two pairs": lambda: joined(table(), table(dataset="svhn", ratios=(2, 4))),
    "dense alone": lambda: table(methods={}),
    "all failed": lambda: changed(table(), status="failed", top1=None),
    "means": lambda: changed(table(seeds=(1,)), seed=None, n=3.0, top1_deviation=0.1, deviation_kind="std"),
    "not finite": lambda: changed(table(), lambda row: row["seed"] == "2", top1=math.inf, compression_ratio=math.nan),
    "no sizes": lambda: without(table(), None, "compression_ratio", "compression_target"),
    "negative": lambda: changed(table(), compression_ratio=-4.0, compression_target=None),
    "seeds": lambda: changed(table(), seed=lambda row: {"1": str(2**64), "2": "x", "3": "-1"}[row["seed"]]),
    "one seed": lambda: table(seeds=(1,)),
}


def document(columns: Table, toml: str = studies.STUDY) -> str:
    """The JSON of a table."""
    judged = case(columns, toml)
    inputs = (Input("study.csv", "table", len(judged.results)),)
    return json_document.render(audit_results(judged.results, judged.study, inputs, version="0.1.0"))


def refuse(constant: str) -> None:
    """NaN and infinities are no JSON."""
    raise AssertionError(constant)


@pytest.mark.parametrize("name", TABLES)
def test_keeps_the_schema(name: str):
    """Whatever the results, the document is valid JSON of the published schema."""
    text = document(TABLES[name](), WAIVER)
    found = json.loads(text, parse_constant=refuse)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert text.endswith("}\n")


def test_the_schema_is_strict():
    """The schema is valid itself, and a document with a foreign or a missing key does not keep it."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    sound = json.loads(document(table()))

    def broken(change: Any) -> bool:
        copy = json.loads(json.dumps(sound))
        change(copy)
        return not validator.is_valid(copy)

    assert not broken(lambda copy: None)
    assert broken(lambda copy: copy.update(extra=1))
    assert broken(lambda copy: copy.pop("summary"))
    assert broken(lambda copy: copy["findings"][0].update(extra=1))
    assert broken(lambda copy: copy["findings"][0].update(verdict="maybe"))
    assert broken(lambda copy: copy["findings"][0]["scope"].update(seed="1"))
    assert broken(lambda copy: copy["cells"][0].update(extra=1))
    assert broken(lambda copy: copy["cells"][0]["metrics"]["top1"].pop("ci95"))
    assert broken(lambda copy: copy["cells"][0]["metrics"]["top1"].update(ci95=[1]))


def test_the_same_bytes():
    """The same input gives the same bytes."""
    assert document(table()) == document(table())


def test_what_it_says():
    """Counts, findings and cells are those of the report."""
    found = json.loads(
        document(changed(table(), lambda row: row["seed"] == "3" and row["method"] == "mine", top1=None))
    )
    assert found["schema_version"] == 1
    assert found["tool"] == {"name": "prune-audit", "version": "0.1.0"}
    assert found["inputs"] == [{"location": "study.csv", "format": "table", "networks": 78}]
    assert sum(found["summary"].values()) == len(found["findings"])
    (seeds,) = (each for each in found["findings"] if each["code"] == "RES004" and each["verdict"] == "fail")
    assert seeds["scope"] == {"dataset": "cifar10", "architecture": "resnet20", "method": "mine"}
    assert seeds["evidence"][0] == {"source": "study.csv", "row": 5}
    assert seeds["evidence_total"] == 15
    (mine,) = (
        each for each in found["cells"] if each["method"] == "mine" and abs(each["compression_ratio"] - 2) < 0.01
    )
    assert mine["seeds"] == [1, 2, 3]
    assert mine["metrics"]["top1"]["values"] == [0.891, 0.892, None]
    assert mine["failed"] == 1


def test_a_waived_finding_carries_its_reason():
    """The reason, the last day and the verdict that was stand in the finding; others have no such key."""
    found = json.loads(document(table(seeds=(1, 2)), WAIVER))["findings"]
    waived = [each for each in found if each["verdict"] == "waived"]
    assert {each["waiver"] for each in waived} == {"for now (until 2999-01-01; was: fail)"}
    assert all("waiver" not in each for each in found if each["verdict"] != "waived")


CLAIMS = "".join(
    f'[[claim]]\nkind = "{kind}"\nmethod = "mine"\nagainst = "{against}"\n{more}\n'
    for against in ("random_all", "dense", "nobody")
    for kind, more in (
        ("superiority", "effect = 0.01"),
        ("superiority", 'endpoint = "curve"'),
        ("superiority", 'metric = "collapse_rate"'),
        ("non-inferiority", "margin = 0.01"),
        ("equivalence", ""),
        ("efficiency", "margin = 0.01"),
    )
)


@pytest.mark.parametrize("name", TABLES)
def test_answers_to_claims_keep_the_schema(name: str):
    """Whatever is claimed of whatever results, the answers are valid JSON of the published schema."""
    found = json.loads(document(TABLES[name](), CLAIMS), parse_constant=refuse)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert len(found["claims"]) == 18


def test_what_an_answer_says():
    """Effect, interval, p, networks and each test of a claim stand in the document."""
    noisy = changed(table(), top1=lambda row: row["top1"] + (row["method"] == "mine") * 0.01 * (1 + int(row["seed"])))
    (answer,) = json.loads(document(noisy, CLAIMS[: CLAIMS.index("effect")]))["claims"]
    assert answer["answer"] == "supported"
    assert answer["effect"] == pytest.approx(0.03)
    assert answer["ci95"][0] < 0.03 < answer["ci95"][1]
    assert answer["n"] == {"method": 3, "against": 3}
    assert answer["p"] == answer["p_adjusted"] < answer["level"] == 0.05
    assert [round(test["compression_ratio"]) for test in answer["tests"]] == [2, 4, 8, 16, 32]
