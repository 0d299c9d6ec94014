"""Each architecture is described: its parameters, its MACs, its layers, and how its networks were pretrained.

What it checks
Of each pair (data set × architecture): `parameters` and `macs`, in the results or in `[architecture.NAME]`; its layers,
as per-layer counts of a network or in `description`; and how it was pretrained, in `pretraining` or `[run.pretrain]`,
which is not asked where every method starts from initial weights; a dense network is trained once, and asks for none by
itself. All filled: declared. Fail: a field missing; `parameters` or `macs` in `[architecture.NAME]` unlike what the
results record; or a name that stands for another network. The last is called only on the data set for which a standard
network of that name is known (`audit/known_architectures.py`), where the largest recorded `parameters` is more than 3 %
away (`parameters`), or `macs` more than 10 % (`macs`), and `differences` says nothing. The shares leave room for what
is counted differently: biases, normalisation and its buffers; projection shortcuts; strides of bottlenecks; counters of
MACs, which differ by up to 6.5 %. Where `[dataset.NAME] resolution` names another size than the standard one (32 on
CIFAR-10, 224 on ImageNet), MACs are not compared.

Why it matters
The same name is used for networks of very different size. A reader who trains the standard one will get neither this
size nor this accuracy.

Example
`resnet32` on CIFAR-10 with 1.86 million parameters fails: ResNet-32 has 464,154 there, and this is one twice as wide.
With `differences = "twice as wide"` it is declared.

What it cannot see
A network of the right size that is built differently; names on data sets for which no standard is known.

Source: Blalock et al. 2020, appendix B and section 5.1; He et al. 2016.
"""

import re
from collections.abc import Iterator

import numpy as np

from audit.case import Case
from audit.descriptions import Field, apart, described
from audit.known_architectures import KnownArchitecture, known_architecture
from audit.rule import FAIL, Judgement, Rule, Scope, Severity
from audit.study import toml_key
from audit.study.architecture import Architecture
from audit.subjects import each_pair

RULE = Rule(
    "EXP001",
    "architecture-not-described",
    Severity.ERROR,
    Scope.PAIR,
    absent=FAIL,
    parameters={"parameters": 0.03, "macs": 0.10},
)

NO_DIFFERENCE = ("", "none", "no", "none known", "no differences")
IMAGENET_SIDE = "224"


def check(case: Case, *, parameters: float, macs: float) -> Judgement:
    """Look for each field of each pair's architecture, and hold its size against the standard network of its name."""
    subjects = each_pair(case.results, case.results.cells.count(case.measured) > 0)
    shares = {"parameters": parameters, "macs": macs}
    counted = np.unique(case.results.layers.row)
    said = []
    for number in range(len(subjects)):
        label, rows = subjects.label(number), subjects.rows(number)
        fields = _fields(case, str(label["dataset"]), str(label["architecture"]), rows, counted, shares)
        said.append(described(f"`{label['architecture']}`", list(fields)))
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    return Judgement(
        subjects,
        verdict,
        observed,
        "parameters, MACs, layers and the pretraining recipe, of the network that the name stands for",
        message,
        remedy,
    )


def _fields(
    case: Case, dataset: str, name: str, rows: np.ndarray, counted: np.ndarray, shares: dict[str, float]
) -> Iterator[Field]:
    results, declared = case.results, case.study.architectures.get(name, Architecture())
    here = f"[{toml_key('architecture', name)}]"
    known = known_architecture(dataset, name)
    for key, share in shares.items():
        values = results.number(key)[rows]
        recorded = values[np.isfinite(values) & (values > 0)]
        stated = getattr(declared, key)
        wrong = apart(results, key, rows, stated, share)
        remedy = f"`{here} {key}`"
        if not wrong and known and declared.differences.strip().casefold() in NO_DIFFERENCE:
            size = float(recorded.max()) if len(recorded) else stated
            if key != "macs" or _is_standard_size(case, dataset):
                wrong = _unlike(known, key, size, share)
                remedy = f"`{here} differences`, which says how it departs from {known.name}" if wrong else remedy
        yield Field(f"`{key}`", "the results" if len(recorded) else "audit.toml" if stated else "", remedy, wrong)
    by = "the results" if np.isin(rows, counted).any() else "audit.toml" if declared.description.strip() else ""
    yield Field("layers", by, f"per-layer counts, or `{here} description`")
    if not _all_from_init(case, rows):
        recipe = declared.pretraining.strip() or (case.study.run or {}).get("pretrain")
        yield Field("pretraining", "audit.toml" if recipe else "", f"`{here} pretraining`")


def _unlike(known: KnownArchitecture, key: str, size: float | None, share: float) -> str:
    """How a size differs from that of the standard network of the same name; "" where it does not."""
    standard = getattr(known, key)
    if size is None or abs(size - standard) <= share * standard:
        return ""
    twice = key == "macs" and abs(size - 2 * standard) <= 2 * share * standard
    why = " (twice as much: FLOPs may stand for MACs, 1 MAC = 2 FLOPs)" if twice else ""
    return f"`{key}` is {size:,.0f}, and {known.name} has {standard:,}{why}"


def _is_standard_size(case: Case, dataset: str) -> bool:
    declared = case.study.datasets.get(dataset)
    sides = re.findall(r"\d+", declared.resolution or "") if declared else []
    return not sides or _side(dataset) in sides


def _side(dataset: str) -> str:
    """The side of the inputs that a standard network's MACs are counted for."""
    return "32" if dataset.casefold().startswith("cifar") else IMAGENET_SIDE


def _all_from_init(case: Case, rows: np.ndarray) -> bool:
    """Whether nothing was trained before: of controls that do not say what they start from, nothing was."""
    control = ~case.scored[case.results.cells.of_row[rows]]
    return bool((case.starts_from.equals("init")[rows] | (control & (case.starts_from.codes[rows] < 0))).all())
