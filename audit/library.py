"""For those who audit from Python: a report that notebooks show, and that becomes a data frame.

```python
import audit

report = audit.check("results/")
report                      # in a notebook: the answer and what is open
report.findings             # data: audit.rule.Finding
report.to_pandas("cells")   # or to_polars, where they are installed
```
"""

from collections.abc import Collection, Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import fields

from audit import pipeline
from audit import report as data
from audit.render import html_page, json_document, markdown, terminal

if TYPE_CHECKING:
    import pandas
    import polars

Table = Literal["findings", "cells", "networks"]
_SCOPE = ("dataset", "architecture", "method", "compression_ratio", "claim", "comparison")


class Report(data.Report, frozen=True):
    """The audit of a study, as `audit.check` gives it: the data, how it is shown, and frames of it."""

    def __str__(self) -> str:
        return terminal.render(self)

    def _repr_html_(self) -> str:
        return html_page.notebook(self)

    def _repr_markdown_(self) -> str:
        return markdown.render(self)

    def to_json(self) -> str:
        """The report as `audit check --format json` prints it."""
        return json_document.render(self)

    def to_html(self) -> str:
        """The page that `audit report` writes."""
        return html_page.render(self)

    def to_pandas(self, table: Table = "findings") -> "pandas.DataFrame":
        """A table as a pandas frame; see `records`. Raises ImportError where pandas is not installed."""
        import pandas

        return pandas.DataFrame.from_records(self.records(table))

    def to_polars(self, table: Table = "findings") -> "polars.DataFrame":
        """A table as a polars frame; see `records`. Raises ImportError where polars is not installed."""
        import polars

        return polars.from_dicts(self.records(table), infer_schema_length=None)

    def records(self, table: Table = "findings") -> list[dict[str, Any]]:
        """A table as one dict a row, None where something is missing; raises ValueError for an unknown table.

        `findings`: one row each. `cells`: one row for each metric of a cell, with n, mean, sample deviation (ddof 1),
        95 % t-interval, median and extremes. `networks`: one row for each network of a cell, with its seed and metrics.
        """
        rows = {"findings": self._findings, "cells": self._cells, "networks": self._networks}
        if table not in rows:
            raise ValueError(f"no table {table!r}; expected one of {', '.join(rows)}")
        return list(rows[table]())

    def _findings(self) -> Iterator[dict[str, Any]]:
        for each in self.findings:
            yield {
                "code": each.code,
                "name": each.name,
                "severity": str(each.severity),
                "verdict": each.verdict.value,
                **{key: each.scope.get(key) for key in _SCOPE},
                "message": each.message,
                "observed": each.observed,
                "expected": each.expected,
                "remedy": each.remedy,
                "examined": each.examined,
                "evidence_total": each.evidence_total,
                "waiver": each.waiver or None,
            }

    def _cells(self) -> Iterator[dict[str, Any]]:
        for cell in self.cells:
            for metric, statistic in cell.metrics.items():
                low, high = statistic.ci95 or (None, None)
                yield {
                    **_of_cell(cell),
                    "failed": cell.failed,
                    "collapsed": cell.collapsed,
                    "metric": metric,
                    "n": cell.networks(metric),
                    "mean": statistic.mean,
                    "std": statistic.std,
                    "ci95_low": low,
                    "ci95_high": high,
                    "median": statistic.median,
                    "smallest": statistic.low,
                    "largest": statistic.high,
                }

    def _networks(self) -> Iterator[dict[str, Any]]:
        metrics = list(dict.fromkeys(name for cell in self.cells for name in cell.metrics))
        for cell in self.cells:
            for place, seed in enumerate(cell.seeds):
                values = {name: cell.metrics[name].values[place] if name in cell.metrics else None for name in metrics}
                yield {**_of_cell(cell), "seed": None if seed is None else str(seed), **values}


def _of_cell(cell: data.CellReport) -> dict[str, Any]:
    return {
        "dataset": cell.dataset,
        "architecture": cell.architecture,
        "method": cell.method,
        "compression_ratio": cell.compression_ratio,
        "dense": cell.dense,
    }


def check(
    locations: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    config: str | PathLike[str] | None = None,
    source: str | None = None,
    experiments: Collection[str] = (),
    select: Collection[str] | None = None,
    ignore: Collection[str] = (),
    trust: bool = False,
    gate: bool = False,
) -> Report:
    """Audit results: one location or several that make one study; see `audit.pipeline.check` for what is raised.

    `config` is the study file, where it is not `audit.toml` beside the results; `source` names the format, where it is
    not to be recognised; `experiments` names those of MLflow that are read, where not all are; `select` and `ignore`
    name rules by code, name or family. `trust` imports the rules of its own that the study file names, which are code.
    `gate` judges by `[gate]`: its rules and severities, strictly.
    """
    report = pipeline.check(
        locations,
        config=config,
        source=source,
        experiments=experiments,
        select=select,
        ignore=ignore,
        trust=trust,
        gate=gate,
    )
    return Report(**{field.name: getattr(report, field.name) for field in fields(report)})
