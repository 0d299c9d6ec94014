"""What MLflow's page shows of a study without being asked: its saved views, and the text on it.

A saved view is a tag of the experiment, which the page offers under *Views* and opens at an address that names it.
A version of MLflow that has none shows the runs without.
"""

import json
from collections.abc import Mapping
from typing import Any

from runners.store import KIND_TAG, NETWORK_KIND

VIEW_TAG = "mlflow.sharedViewState."  # and the name of a view
NETWORKS_VIEW = "networks"
_OVERVIEW = "Trade-off"  # the charts of a view
# Columns of the list of runs with their widths in pixels, in the order in which they stand.
_COLUMNS = {
    "attributes.`Run Name`": 360,
    "metrics.`top1`": 90,
    "metrics.`before_finetuning_top1`": 170,
    "metrics.`compression_ratio`": 140,
    "metrics.`theoretical_speedup`": 150,
    "params.`method`": 240,
    "params.`compression_target`": 150,
    "params.`seed`": 60,
}
_NETWORKS_ONLY = f"tags.{KIND_TAG} = '{NETWORK_KIND}'"
_SPEEDUP = {"params.`speedup_target`": 150}


def _means(*names: str) -> dict[str, Any]:
    return {"aggregateFunction": "average", "groupByKeys": [{"mode": "param", "groupByData": name} for name in names]}


def view_tags(made: int, *, speedups: bool = False) -> dict[str, str]:
    """The saved views of an experiment as its tags; `made` is the time in milliseconds since 1970.

    `speedups` is whether some networks are asked for a speedup.
    """
    columns = _COLUMNS | (_SPEEDUP if speedups else {})
    means = _means("method", "compression_target", *(["speedup_target"] if speedups else []))
    best_first = {"searchFilter": _NETWORKS_ONLY, "orderByKey": "metrics.`top1`", "orderByAsc": False}
    views: Mapping[str, tuple[str, Mapping[str, Any]]] = {
        NETWORKS_VIEW: ("Networks, best first", best_first),
        "means": ("Means over the seeds", best_first | {"groupBy": means}),
        "study": ("Networks under their study", {}),
    }
    shown = {
        "selectedColumns": list(columns),
        "columnOrder": list(columns),
        "columnWidths": columns,
        "runsHiddenMode": "FIRST_20_RUNS",  # of those that are drawn: a browser takes minutes for the curves of all
        "compareRunSections": [{"uuid": _OVERVIEW, "name": _OVERVIEW, "display": True, "isReordered": False}],
        "compareRunCharts": _charts(),
    }
    return {
        VIEW_TAG + key: json.dumps({"name": name, "createdAt": made, "state": json.dumps({**shown, **state})})
        for key, (name, state) in views.items()
    }


_MODE = "workflowType=machine_learning"  # without it the page shows what belongs to language-model applications


def networks_view(experiment: str) -> str:
    """The address on MLflow's page of the networks of an experiment, best first."""
    return f"#/experiments/{experiment}/runs?{_MODE}&viewStateShareKey={NETWORKS_VIEW}"


def study_note(experiment: str, run: str) -> str:
    """The description of a study's run, in Markdown; the identifiers are MLflow's."""
    return (
        f"Each child of this run is one network ([all of them, best first]({networks_view(experiment)})): pruned by a "
        "method, to a compression ratio, from the weights of a seed; `dense` is the unpruned control. An audit of them "
        f"all is under *Artifacts*, in [`report/report.html`]({_report(experiment, run)}), once `audit demo` or "
        "`audit report --log` has written it."
    )


def experiment_note(experiment: str, run: str) -> str:
    """The description of a study's experiment, in Markdown, which stands above the list of its runs."""
    return (
        f"[The study](#/experiments/{experiment}/runs/{run}?{_MODE}) · [its report]({_report(experiment, run)}), once "
        f"written · [its networks, best first]({networks_view(experiment)}); more under *Views*."
    )


def _report(experiment: str, run: str) -> str:
    return f"#/experiments/{experiment}/runs/{run}/artifacts/report/report.html?{_MODE}"


def _charts() -> list[dict[str, Any]]:
    """What the page draws first, in the words of its own charts."""
    ratio, top1 = ({"key": key, "type": "METRIC"} for key in ("compression_ratio", "top1"))
    own: dict[str, Any] = {"metricSectionId": _OVERVIEW, "deleted": False, "isGenerated": False}
    return [
        own | {"uuid": "trade-off", "type": "SCATTER", "runsCountToCompare": 100, "xaxis": ratio, "yaxis": top1},
        own
        | {
            "uuid": "epochs",
            "type": "LINE",
            "metricKey": "validation_top1",
            "selectedMetricKeys": ["validation_top1"],
            "lineSmoothness": 0,
            "xAxisKey": "step",
            "xAxisScaleType": "linear",
            "scaleType": "linear",
            "range": {},
            "selectedXAxisMetricKey": "",
            "yAxisKey": "metric",
            "yAxisExpressions": [],
            "ignoreOutliers": False,
            "useGlobalXaxisKey": True,
            "useGlobalLineSmoothing": True,
        },
    ]
