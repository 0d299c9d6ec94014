"""The whole audit in one call: locations → results → report."""

from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from pathlib import Path

from msgspec.structs import replace

from audit import __version__
from audit.engine import audit_results
from audit.papers import Corpus
from audit.registry import asked, resolve, validate
from audit.report import Bar, Input, Report
from audit.rule import Severity
from audit.sources.errors import SourceError, quote
from audit.sources.locate import read, settle
from audit.study import Study
from audit.study.own_code import study_directory


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
    """Audit results: one location or several that make one study.

    `config` is the study file, where it is not `audit.toml` beside the results; `source` names the format, where it is
    not to be recognised; `experiments` names those of MLflow that are read, where not all are; `select` and `ignore`
    name rules by code, name or family. `trust` imports the rules of its own that the study file names, which are code.
    `gate` judges by `[gate]`: its rules and severities, strictly. Raises KeyError for an unknown rule, StudyError for a
    wrong study file, both before any location is looked at, SourceError for input that cannot be audited or a wrong
    corpus, and RuleError for a rule of somebody else's that fails.
    """
    corpora: list[Corpus | None] = []

    def approve(study: Study) -> None:
        validate(study, trust=trust)
        corpora.append(corpus_of(study))
        if not asked(None if select is None else resolve(select, study), resolve(ignore, study), study):
            raise KeyError("no rule is left to judge by")

    given = [str(each) for each in ([locations] if isinstance(locations, str | PathLike) else locations)]
    study, places = settle(given, Path(config) if config is not None else None, source, approve, list(experiments))
    corpus = corpora[-1]
    results, counts = read(places, study)
    inputs = tuple(Input(place.given, place.format, count) for place, count in zip(places, counts, strict=True))
    report = audit_results(
        results,
        study,
        inputs,
        version=__version__,
        select=None if select is None else resolve(select, study),
        ignore=resolve(ignore, study),
        severities=_severities(study) if gate else {},
        corpus=corpus,
    )
    beside = () if corpus is None else (f"seen beside the {len(corpus.papers)} papers of {study.about.corpus}",)
    notes = (*(note for place in places for note in place.notes), *beside, *report.notes)
    return replace(report, notes=notes, bar=_gate(study) if gate else report.bar)


def corpus_of(study: Study) -> Corpus | None:
    """The collection of papers that a study names; None where it names none.

    Raises StudyError where it is not there, and SourceError where it is wrong, both with the line that names it.
    """
    if not study.about.corpus:
        return None
    from audit.corpus.reading import read as read_corpus  # only where there is one

    try:
        named = Path(study.about.corpus).expanduser()
        places = list(dict.fromkeys(base / named for base in (study_directory(study), Path.cwd())))
        found = next((place for place in places if place.is_dir()), None)
    except (OSError, RuntimeError) as error:  # a name that is too long; a home of nobody
        reason = error.strerror if isinstance(error, OSError) else error
        message = f"`study.corpus`: {quote(study.about.corpus)} is the path of no directory: {reason}; correct it"
        raise study.error(("study", "corpus"), message) from error
    if found is None:
        looked = " nor ".join(map(str, places))
        message = f"`study.corpus`: there is no directory {looked}; expected that of a collection of papers"
        raise study.error(("study", "corpus"), message)
    try:
        return read_corpus(found)
    except SourceError as error:
        (line,) = study.error(("study", "corpus"), f"`study.corpus`: {error}").problems
        raise SourceError(line) from error


def _severities(study: Study) -> Mapping[str, Severity]:
    """What rules weigh at the gate: as `[gate]` says, and an error where it names a rule without saying more."""
    named = dict.fromkeys(resolve(study.gate.rules, study), Severity.ERROR)
    said = {
        code: Severity.parse(severity)
        for word, severity in study.gate.severities.items()
        for code in resolve([word], study)
    }
    return named | said


def _gate(study: Study) -> Bar:
    codes = resolve(study.gate.rules, study) if study.gate.rules else None
    return Bar(Severity.parse(study.gate.fail_on), undecidable=True, codes=codes, gate=True)
