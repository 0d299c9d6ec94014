"""What only a person knows of some results: the tables of audit.toml that are missing, filled with what the data say.

A question that nobody has answered stands in the file as a comment, and is judged as missing.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.case import Case
from audit.known_architectures import known_architecture
from audit.known_datasets import known_dataset
from audit.results import Coded
from audit.roles import FROM_ALIAS, NO_SCORE, Role
from audit.schema import METHOD_FIELDS
from audit.study import Section, toml_key, toml_text
from audit.study.about import About
from audit.study.architecture import Architecture
from audit.study.dataset import Dataset
from audit.study.method import Method
from audit.techniques import technique

Value = str | int | float | bool | datetime.date
UNSET = (None, "", ())


class Entry(Struct, frozen=True):
    """A key of a table: its value where it is known, else a question, and an example of an answer."""

    key: str
    value: Value | None = None
    asks: str = ""
    example: Value = ""


class Part(Struct, frozen=True):
    """A table of audit.toml: its header, what the data say of it, and its keys.

    `kind` is the section's type. A table that `exists` in the study file is not written again: a person adds to it.
    """

    header: str
    kind: type[Section]
    entries: tuple[Entry, ...]
    facts: tuple[str, ...] = ()
    exists: bool = False

    @property
    def questions(self) -> tuple[Entry, ...]:
        """What has no value yet."""
        return tuple(each for each in self.entries if each.value is None)

    def answered(self, key: str, value: Value) -> "Part":
        """The table with the answer to one of its questions."""
        return replace(self, entries=tuple(replace(e, value=value) if e.key == key else e for e in self.entries))


CLAIMS = """\
# ? What does the study claim? One table for each claim, to be tested on the runs; where it claims nothing: claims = []
# [[claim]]
# kind = "superiority"        # or "non-inferiority" or "equivalence", with a margin, or "efficiency"
# method = "…"
# against = "…"
# ratios = [4, 8]
# primary = true
"""
COMPARISONS = """\
# ? With which figures of others, that are not among the results, is the study compared?
# [[comparison]]
# technique = "…"
# reference = "…"
# source = "paper"            # or "reimplementation" or "authors-code"
# differences = "none known"
# figures = [{ dataset = "…", architecture = "…", compression_ratio = 4, top1 = 0.9 }]
"""


def parts(case: Case) -> tuple[Part, ...]:
    """The tables that the case's study file lacks, or lacks keys of, without those that have nothing to ask."""
    study, results = case.study, case.results
    datasets, architectures = (results.text(name).categories for name in ("dataset", "architecture"))
    methods = [role for role in case.roles.by_name.values() if role.get("score") != NO_SCORE]
    tables: list[tuple[Section | None, Part]] = [
        (study.about, _study(case)),
        *((study.datasets.get(name), _dataset(case, name)) for name in datasets),
        *((study.architectures.get(name), _architecture(case, name)) for name in architectures),
        *((study.methods.get(role.name), _method(case, role)) for role in methods),
    ]
    missing = (_without(declared, part) for declared, part in tables)
    return tuple(part for part in missing if part.entries)


def render(written: Iterable[Part]) -> str:
    """Tables as TOML, each with its facts and its open questions as comments."""
    return "\n".join(_table(part) for part in written)


def toml_value(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return toml_text(value)
    return value.isoformat() if isinstance(value, datetime.date) else repr(value)


def _one_line(text: str) -> str:
    """Text that cannot end a comment, whatever the results hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _table(part: Part) -> str:
    head = f"# in {part.header}" if part.exists else part.header
    lines = [*(f"# {_one_line(fact)}" for fact in part.facts), head]
    for each in part.entries:
        if each.value is None:
            lines += [f"# ? {each.asks}", f"# {each.key} = {toml_value(each.example)}"]
        else:
            lines.append(f"{'# ' if part.exists else ''}{each.key} = {toml_value(each.value)}")
    return "\n".join(lines) + "\n"


def _without(declared: Section | None, part: Part) -> Part:
    """A table without the keys that are declared already; `[study]` is there where one of its keys is."""
    if declared in (None, About()):
        return part
    entries = (each for each in part.entries if getattr(declared, each.key) in UNSET)
    return replace(part, entries=tuple(entries), exists=True)


def _study(case: Case) -> Part:
    commit = _only(case.results.text("commit"))
    entries = (
        Entry("title", asks="What is the study called?", example="Pruning … on …"),
        Entry("date", None, "When were its results final? Techniques by others are called recent by it.", case.today),
        Entry("source_code", None, "Where can its source code be had?", "https://github.com/…/…"),
        Entry("commit", commit, "At which commit was it run? (Or give `release`.)", "0123abc"),
        Entry("seed_governs", None, "What changes with the seed of a run?", "initialisation, order of the examples"),
    )
    return Part("[study]", About, entries)


def _dataset(case: Case, name: str) -> Part:
    results = case.results
    here = results.text("dataset").equals(name)
    known = known_dataset(name)
    entries = [Entry("label", asks="What do people call it?", example=name)]
    if known is None:
        entries.append(Entry("classes", asks="How many classes has it? Chance level follows from it.", example=10))
    entries += [
        Entry("n_train", asks="How many examples are trained on?", example=45000),
        Entry("n_validation", asks="How many are held out for validation? 0 where none are.", example=5000),
    ]
    if not results.present("n_test")[here].all():
        entries.append(Entry("n_test", asks="How many are in the split that is reported on?", example=10000))
    entries += [
        Entry("resolution", asks="At which resolution are they?", example="32 × 32, colour"),
        Entry("normalisation", asks="How are they normalised?", example="mean and deviation of each channel"),
    ]
    if not results.present("augmentation")[here].all():
        entries.append(Entry("augmentation", asks="How are they augmented?", example="crop and flip; none"))
    if not results.present("batch_size")[here].all():
        entries.append(Entry("batch_size", asks="In batches of how many?", example=128))
    facts = (f"{known.classes} classes, by its name",) if known else ()
    return Part(f"[{toml_key('dataset', name)}]", Dataset, tuple(entries), facts)


def _architecture(case: Case, name: str) -> Part:
    results = case.results
    here = results.text("architecture").equals(name)
    pairs = np.unique(results.text("dataset").codes[here])
    datasets = [results.text("dataset").categories[code] for code in pairs if code >= 0]
    known = next(filter(None, (known_architecture(dataset, name) for dataset in datasets)), None)
    entries = [
        Entry("label", asks="What do people call it?", example=known.name if known else name),
        Entry("citation", known.citation if known else None, "Where does it come from?", "He et al. 2016, …"),
        Entry("differences", asks="How does yours differ from that, in structure, recipe or accuracy?", example="none"),
        Entry("description", asks="What is it made of?", example="three stages of three blocks, 16, 32, 64 channels"),
        Entry("pretraining", asks="How was it trained before pruning?", example="160 epochs of SGD, batch 128, …"),
    ]
    for key, asks, example in (
        ("parameters", "How many parameters has the dense network?", 269_722),
        ("macs", "How many multiply–accumulates takes one example (1 MAC = 2 FLOPs)?", 40_551_040),
    ):
        if not results.present(key)[here].any():
            entries.append(Entry(key, asks=asks, example=example))
    return Part(f"[{toml_key('architecture', name)}]", Architecture, tuple(entries))


_EXAMPLES: dict[str, tuple[str, str]] = {
    "score": ("What ranks the weights?", "magnitude"),
    "allocation": ("How are the kept weights shared among layers?", "global"),
    "schedule": ("When is pruned?", "one_shot"),
    "granularity": ("What is removed: single weights, filters, or n of m?", "weight"),
    "starts_from": ("From which weights: init, rewind or trained?", "trained"),
}


def _method(case: Case, role: Role) -> Part:
    entries: list[Entry] = []
    known = technique(role.name)
    recorded = ", ".join(f"{key} {' and '.join(values)}" for key, values in role.recorded.items())
    facts = [f"recorded: {recorded}"] if recorded else []
    if known is not None:
        facts.append(f"{known.name}, {known.year}, by its name")
    if not role.is_baseline:
        entries.append(Entry("proposed", asks="Is this a method that the study proposes?", example=True))
    for key in METHOD_FIELDS:
        if role.origins.get(key) == FROM_ALIAS:
            entries.append(Entry(key, role.fields[key]))  # its name says it
        elif key in _EXAMPLES and role.get(key) is None:
            entries.append(Entry(key, None, *_EXAMPLES[key]))
    if not role.is_baseline:
        entries.append(Entry("citation", asks="Where was it published?", example="Lee et al. 2019, …"))
        if known is None:
            entries.append(Entry("year", asks="When?", example=case.today.year))
    tried = case.results.present("settings_tried")[case.results.text("method").equals(role.name)]
    if not tried.all():
        entries.append(Entry("settings_tried", asks="How many hyperparameter settings were tried for it?", example=1))
        entries.append(Entry("selected_on", asks="Compared on which split?", example="validation"))
    return Part(f"[{toml_key('method', role.name)}]", Method, tuple(entries), tuple(facts))


def _only(column: Coded) -> str | None:
    """The one text that all rows hold; None where they differ or lack it."""
    codes = np.unique(column.codes)
    return column.categories[codes[0]] if len(codes) == 1 and codes[0] >= 0 else None


def parse(part: Part, key: str, text: str) -> Value:
    """An answer as the type of its key; raises ValueError, which says what is expected."""
    field = next(each for each in msgspec.structs.fields(part.kind) if each.encode_name == key)
    try:
        value: Any = msgspec.convert(text, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    return value


def all_questions(written: Sequence[Part]) -> Iterator[tuple[int, Entry]]:
    """Every open question that can be answered in what is written, with the number of its table."""
    for number, part in enumerate(written):
        for each in () if part.exists else part.questions:
            yield number, each
