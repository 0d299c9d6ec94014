"""Tables: CSV, TSV, Parquet and JSON Lines, with the schema's column names or as `[[source]]` maps them.

- A heading of another name is taken as a column where it certainly is one, by its name and all its values ("Model",
  "Test acc", "Sparsity (%)"), and stderr says so. "Speedup" and "compression rate" mean several things, and a sign or
  word may turn a name round ("Acc. ↓", "ΔAcc"): these are declared with `[[source]]`. Upper and lower case do not
  count in names that are put together (`Compression_Ratio`) nor in `Dataset`, `Architecture`, `Method` and `Seed`;
  capitalised, other names are common words ("Parameters", "Loss"). Of two headings for one column neither is taken.
- The commas of a column mean one thing: `62,74` and `0,853` have a decimal comma, `1,234,567` and `1,234.5` separate
  thousands, and `1,234` is what the others of its column are. Where they do not tell, a whole number or MACs have
  thousands, fractions decimals; what may be either is refused.
- An exact duplicate of a row with a seed or a run id counts once. Without one, equal rows are networks that agree, and
  all count. Stderr tells of both.
- In Parquet, the keys of a struct are joined with a dot, as in JSON Lines, and durations are in seconds. Where a column
  has another one beside it, `top1 as written`, with the texts of its numbers, these say to which place they are known:
  `audit export` writes it.
- A first line such as `sep=;` says the delimiter.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from audit.results import Results, join
from audit.sources import wandb
from audit.sources.child_tables import curves_of, is_child, layers_of
from audit.sources.chosen import chosen
from audit.sources.delimited import DELIMITERS, read_delimited
from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign
from audit.sources.json_lines import read_json_lines
from audit.sources.mapping import to_results
from audit.sources.parquet import read_parquet
from audit.sources.validate import validate
from audit.study import Study
from audit.study.source import Source

NAME = "table"
_READERS: Mapping[str, Callable[[Path], Foreign]] = {
    ".parquet": read_parquet,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}
SUFFIXES = (".csv", ".tsv", *_READERS)


def recognise(path: Path) -> bool:
    """Whether a file is a table by its name, or a directory holds such files directly."""
    return path.suffix.lower() in SUFFIXES if path.is_file() else bool(tables_in(path))


def read(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read one table, or all tables directly inside a directory as one study; W&B's exports as such."""
    files = [path] if path.is_file() else tables_in(path)
    if not files:
        raise SourceError(f"{path}: holds no table; expected a file that ends in {', '.join(SUFFIXES)}")
    return join([_reader(each)(each, study, source) for each in files])


def _reader(path: Path) -> Callable[[Path, Study, Source | None], Results]:
    return wandb.read if wandb.recognise(path) else read_table


def tables_in(directory: Path) -> list[Path]:
    """The tables directly inside a directory, in the order of their names; child tables are not among them."""
    return sorted(
        each
        for each in directory.iterdir()
        if each.suffix.lower() in SUFFIXES and not each.name.startswith(".") and each.is_file() and not is_child(each)
    )


files = tables_in  # what the reader of a directory reads, by the name that every reader has for it


def read_table(path: Path, study: Study, source: Source | None = None) -> Results:
    """One table, mapped as a source of the study says; raises SourceError where it cannot be audited."""
    table = chosen(foreign(path, source), source)
    results = to_results(table, source, study)
    results = replace(
        results,
        load_layers=lambda: layers_of(path, results, foreign),
        load_curves=lambda: curves_of(path, results, foreign),
    )
    return validate(results, study, table.name, table.headings, source.units if source else None)


def foreign(path: Path, source: Source | None = None) -> Foreign:
    """One table as it stands, its columns under their own headings; raises SourceError where it is none."""
    reader = _READERS.get(path.suffix.lower())
    if reader:
        return reader(path)
    delimiter = source.delimiter if source else None
    return read_delimited(path, DELIMITERS.get(delimiter or "", delimiter), source.header if source else None)
