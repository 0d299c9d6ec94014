"""What can be told of a cell: the study's metric and other qualities, the drop from dense, sizes and costs."""

from collections.abc import Mapping

from audit.schema import AREA, DROP
from audit.study import Study
from audit.study.claim import COSTS, QUALITIES
from audit.study.metric import Metric

SIZES: Mapping[str, Metric] = {  # of which neither more nor less is better
    "compression_ratio": Metric(label="compression ratio"),
    "parameters_nonzero": Metric(label="remaining parameters"),
}


def definition(study: Study, name: str) -> Metric | None:
    """How a measure is read and shown: as the study declares it, else as it is known; None where nothing says it."""
    if name == study.metric_name:
        return study.metric
    if name in (DROP, AREA):
        return _of_metric(study.metric, name)
    return study.metrics.get(name) or COSTS.get(name) or QUALITIES.get(name) or SIZES.get(name)


def _of_metric(metric: Metric, name: str) -> Metric:
    if name == DROP:
        return Metric(label="drop from dense", direction="lower", percent=metric.percent)
    return Metric(label="area under the curve", direction=metric.direction, percent=metric.percent)
