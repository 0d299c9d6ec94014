"""The whole outputs of three studies, as snapshots: what a reader is told of a sound, a faulty and a hostile study.

`python -m tests.render.whole_outputs` writes them anew; read what changed with `git diff` before it is committed.
"""

import random
from pathlib import Path

from audit.anchors import anchors
from audit.engine import audit_results
from audit.figures import tradeoffs
from audit.render import (
    csv_table,
    figure_data,
    github,
    html_page,
    html_table,
    json_document,
    junit,
    latex,
    latex_numbers,
    markdown,
    markdown_checklist,
    markdown_table,
    sarif,
    terminal,
)
from audit.render.numbers_table import numbers_tables
from audit.report import Input, Report
from tests.studies import MINE, WEIGHTS, WHOLE, Row, Table, case, changed, table, whole, without

SNAPSHOTS = Path(__file__).parent / "snapshots"
VERSION = "0.0.0"  # so that a release changes none of them
NAME = 'm_1 <script>alert("x")</script> \\write18{rm -rf ~} 50% & #1 剪枝 Жё'
TOML_NAME = NAME.replace("\\", "\\\\").replace('"', '\\"')
METHODS = {
    "mine": MINE,
    "global_random": {"score": "random", "allocation": "global"},
    "global_magnitude": {"score": "magnitude", "allocation": "global"},
    "random_alike": {"score": "random", "allocation": "matched", "matched_to": "mine"},
    "magnitude_alike": {"score": "magnitude", "allocation": "matched", "matched_to": "mine"},
}
LEADS = {"mine": 0.004, "global_random": -0.06, "random_alike": -0.05}
MATCHED = ("mine", "random_alike", "magnitude_alike")  # which keep more of the first layer
OUTSIDE = 100  # parameters that cannot be pruned


def kept(row: Row) -> list[int]:
    """Weights left in each layer, of 1000, 4000 and 5000: everywhere the same share, or more of the first."""
    total = round((sum(WEIGHTS) + OUTSIDE) / row["compression_target"]) - OUTSIDE
    share = 2 if row["method"] in MATCHED and row["compression_target"] > 1 else 1
    first = min(WEIGHTS[0], share * total // 10)
    second = (total - first) * 4 // 9
    return [first, second, total - first - second]


def sound() -> Table:
    """Five seeds of five methods; the random ones lie well below, the others close together."""
    generator = random.Random(5)

    def top1(row: Row) -> float:
        return round(row["top1"] + LEADS.get(row["method"], 0.0) + generator.gauss(0, 0.003), 4)

    return changed(
        whole(changed(table(METHODS, seeds=(1, 2, 3, 4, 5)), top1=top1)),
        parameters=float(sum(WEIGHTS) + OUTSIDE),
        parameters_prunable=float(sum(WEIGHTS)),
        parameters_nonzero=lambda row: float(sum(kept(row)) + OUTSIDE),
        compression_ratio=lambda row: (sum(WEIGHTS) + OUTSIDE) / (sum(kept(row)) + OUTSIDE),
        macs=float(sum(WEIGHTS)),
        macs_nonzero=lambda row: float(sum(kept(row))),
        theoretical_speedup=lambda row: sum(WEIGHTS) / sum(kept(row)),
    )


def faulty() -> Table:
    """Two seeds, no matched baselines; one cell better than possible, one that half collapsed, one run that failed."""
    columns = without(sound(), lambda row: row["seed"] in "345" or row["method"].endswith("alike"))

    def top1(row: Row) -> float:
        if row["method"] == "mine" and row["compression_target"] == 4:
            return 1.4
        collapsed = row["method"] == "global_magnitude" and row["compression_target"] == 32 and row["seed"] == "1"
        return 0.1 if collapsed else row["top1"]

    def status(row: Row) -> str:
        failed = row["method"] == "global_random" and row["compression_target"] == 8 and row["seed"] == "2"
        return "failed" if failed else "finished"

    return changed(columns, top1=top1, status=status)


def hostile() -> Table:
    """The sound study under names that try to break out of every format."""
    columns = without(sound(), lambda row: row["compression_target"] > 8)
    renamed = {name: f"{NAME} {name}" for name in METHODS}
    return changed(
        columns,
        method=lambda row: renamed.get(row["method"], row["method"]),
        matched_to=lambda row: renamed.get(row.get("matched_to") or ""),
        dataset=f"{NAME} data",
        architecture=f"=cmd|{NAME}",
        device=NAME,
    )


WAIVER = """
[[waiver]]
rule = "mask-not-as-claimed"
scope = { dataset = "cifar10" }
reason = "masks are kept elsewhere"
expires = 2999-12-31
"""
HOSTILE_STUDY = f"""
[study]
title = "{TOML_NAME}"
[method."{TOML_NAME} mine"]
proposed = true
score = "{TOML_NAME}"
label = "{TOML_NAME}"
citation = "{TOML_NAME} 2020, {TOML_NAME}"
"""
STUDIES = {
    "sound": (sound, WHOLE + WAIVER, kept),
    "faulty": (faulty, '[study]\ntitle = "A faulty study"\n[method.mine]\nproposed = true\nscore = "mine"\n', None),
    "hostile": (hostile, HOSTILE_STUDY, None),
}


def report(name: str) -> Report:
    """The report of a study."""
    columns, study, layers = STUDIES[name]
    judged = case(columns(), study, layers)
    networks = len(judged.results)
    return audit_results(judged.results, judged.study, (Input("study.csv", "table", networks),), version=VERSION)


def outputs(name: str) -> dict[str, str]:
    """Every output of a study by the name of its file."""
    made = report(name)
    tables = numbers_tables(made, made.metric)
    return {
        "check.txt": terminal.render(made),
        "check.json": json_document.render(made),
        "check.sarif": sarif.render(made, anchors(made)),
        "check.xml": junit.render(made),
        "check.github": github.render(made, anchors(made)),
        "check.md": markdown.render(made),
        "report.html": html_page.render(made),
        "table.html": html_table.render(made, tables),
        "table.md": markdown_table.render(tables),
        "table.csv": csv_table.render(tables),
        "checklist.md": markdown_checklist.render(made),
        "checklist.html": html_page.checklist(made),
        "numbers.tex": latex_numbers.render(made, [made.metric]),
        "figures.csv": figure_data.render(tradeoffs(made)),
        **latex.render(made),
    }


if __name__ == "__main__":
    for each in STUDIES:
        (SNAPSHOTS / each).mkdir(parents=True, exist_ok=True)
        for old in (SNAPSHOTS / each).iterdir():
            old.unlink()
        for file, text in outputs(each).items():
            (SNAPSHOTS / each / file).write_text(text, encoding="utf-8", newline="")
