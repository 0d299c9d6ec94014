"""What things are called where people read: labels of methods and pairs, and the scope of a finding in words."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from audit.render import notation
from audit.report import Report

_KNOWN = ("dataset", "architecture", "method", "compression_ratio")


class Names(Struct, frozen=True):
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

    def scopes(self, scopes: Iterable[Mapping[str, str | float]]) -> tuple[str, ...]:
        """What findings speak of, pair by pair: Digits, ResNet-8: Global random 8×; Global gradient 8×."""
        subjects: dict[str, list[str]] = {}
        for scope in scopes:
            of_pair = subjects.setdefault(self._place(scope), [])
            if subject := self._subject(scope):
                of_pair.append(subject)
        return tuple(": ".join(filter(None, (place, "; ".join(of)))) or "the study" for place, of in subjects.items())

    def _place(self, scope: Mapping[str, str | float]) -> str:
        labels = {"dataset": self.datasets, "architecture": self.architectures}
        return ", ".join(known.get(str(scope[key]), str(scope[key])) for key, known in labels.items() if key in scope)

    def _subject(self, scope: Mapping[str, str | float]) -> str:
        words = []
        if "method" in scope:
            words.append(self.methods.get(str(scope["method"]), str(scope["method"])))
        if "compression_ratio" in scope:
            words.append(notation.ratio(float(scope["compression_ratio"])))
        return " ".join((*words, *(str(value) for key, value in scope.items() if key not in _KNOWN)))
