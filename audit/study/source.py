"""`[[source]]`: how tables that do not use the schema's names are read.

A source says which file is meant, what its columns are, in which units they stand, and what the file does not say.
Only columns are mapped; nothing is evaluated. Everywhere the schema's name stands on the left:

```toml
[[source]]
path = "magnitude.csv"                       # or a glob: "runs/*.csv"
columns = { compression_ratio = "Sparsity", top1 = "accuracy" }
units = { compression_ratio = "sparsity" }   # see audit/sources/units.py
constants = { dataset = "imagenet", architecture = "resnet50", method = "magnitude" }
settings = ["begin", "end", "freq"]          # hyperparameters: rows that differ here are no repeats of each other
```

`path` is relative to the study file; a path inside the LOCATION that is audited is meant too. Several files may match;
the first source that matches a file reads it. A file whose study names sources is read only by them.

`where` leaves out what is no network of the study. It names columns as the file has them (of MLflow parameters, tags,
metrics, `run_id` and `status`), and for each the value, or the values, of the rows that are read; an empty text is an
empty cell:

```toml
[[source]]
path = "wandb_export.csv"
where = { State = "finished", Group = ["main", "repeats"] }
```

A table of means has cells such as `93.1 ± 0.2`; what they are is declared:

```toml
[[source]]
path = "table2.csv"
columns = { method = "Method", compression_ratio = "CR", top1 = "Top-1" }
units = { top1 = "percent" }
constants = { dataset = "cifar10", architecture = "vgg16", n = 3, deviation_kind = "std" }
```

A wide table has one column for each ratio; the headings are read as numbers, in the unit declared for them:

```toml
[[source]]
path = "table3.csv"
columns = { method = "Method" }
wide = { headings = "compression_ratio", cells = "top1", columns = ["1x", "2x", "4x"] }
units = { top1 = "percent" }
constants = { dataset = "cifar10", architecture = "vgg16" }
```

`wide.columns` may be left out: then every column is meant whose heading is a number, with nothing but ×, x or % about
it. A heading that is named may say more ("CR 4x") and holds exactly one number. Headings with % need a unit in percent,
`sparsity_percent` or `kept_percent`.

A deviation is in the unit of its mean, unless `units` has one for it (`top1_deviation`).

A tracking server of MLflow, or the PostgreSQL database of one, is meant by its address:

```toml
[[source]]
path = "https://tracking.example.org"
experiments = ["pruning"]                    # by name; all that are active, where it is left out
columns = { architecture = "model", top1 = "val_acc" }
```
"""

from msgspec import field

from audit.study.section import Section

Value = str | int | float | bool


class Wide(Section, frozen=True):
    """A table with one column for each value of `headings`; the cells below them hold `cells`. Both by schema name."""

    headings: str
    cells: str
    columns: list[str] = field(default_factory=list)


class Source(Section, frozen=True):
    """A path, glob or address, its format, and by schema name its columns, units and constants.

    `format` is a name that `--source` takes; `delimiter` one of comma, semicolon, tab and bar, or the character itself;
    `header` the row that holds the headings, where it is not the first; `where` the values that a row has in columns of
    the file's own if it is read; `settings` the columns that together are a hyperparameter setting; `experiments` the
    names of the experiments of MLflow that are read.
    """

    path: str
    format: str | None = None
    delimiter: str | None = None
    header: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Value] = field(default_factory=dict)
    where: dict[str, Value | list[Value]] = field(default_factory=dict)
    wide: Wide | None = None
    settings: list[str] = field(default_factory=list)
    experiments: list[str] = field(default_factory=list)
