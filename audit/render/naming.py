"""What things are called where people read: labels of methods and pairs, and the scope of a finding in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from audit.render import notation
from audit.report import Report

_KNOWN = ("dataset", "architecture", "method", "compression_ratio")


@dataclass(frozen=True)
class Names:
    """The labels that a report gives to the names of its data sets, architectures and methods."""

    datasets: Mapping[str, str]
    architectures: Mapping[str, str]
    methods: Mapping[str, str]

    @classmethod
    def of(cls, report: Report) -> "Names":
        """Collect the labels of a report."""
        return cls(
            datasets={pair.dataset: pair.dataset_label for pair in report.pairs if pair.dataset_label},
            architectures={
                pair.architecture: pair.architecture_label for pair in report.pairs if pair.architecture_label
            },
            methods={method.name: method.label for method in report.methods if method.label},
        )

    def pair(self, dataset: str, architecture: str) -> str:
        """A pair in words: Digits, ResNet-8."""
        return f"{self.datasets.get(dataset, dataset)}, {self.architectures.get(architecture, architecture)}"

    def scope(self, scope: Mapping[str, str | float]) -> str:
        """What a finding speaks of, widest first; the study where it names nothing."""
        words: list[str] = []
        labels = {"dataset": self.datasets, "architecture": self.architectures, "method": self.methods}
        for key, known in labels.items():
            if key in scope:
                name = str(scope[key])
                words.append(known.get(name, name))
        if "compression_ratio" in scope:
            words.append(notation.ratio(float(scope["compression_ratio"])))
        words += [str(value) for key, value in scope.items() if key not in _KNOWN]
        return " · ".join(words) or "the study"
