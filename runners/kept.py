"""What a network leaves in the results directory beside its record: its mask, its weights, its layers' counts."""

from pathlib import Path

import msgspec
from torch import nn

from runners import digest
from runners.errors import RunError
from runners.plan import Run
from runners.pruning.allocation import Counts
from runners.pruning.mask import Mask
from runners.pruning.method import PruningMethod
from runners.tensor_files import save_tensors, whole
from runners.workplace import Workplace


def keep(run: Run, model: nn.Module, mask: Mask, workplace: Workplace) -> None:
    """Save what the study asks for: masks under their own digest, weights under that of the run.

    Controls have no mask worth a file. A mask has the dense network's shapes; the weights of a network whose filters
    were removed are those of the smaller one. Raises RunError where a file cannot be written.
    """
    if workplace.save != "none" and isinstance(run.method, PruningMethod):
        path = workplace.results / "masks" / f"{digest.of_tensors(mask)}.safetensors"
        if not path.exists():
            save_tensors(mask, path)
    if workplace.save == "weights":
        save_tensors(model.state_dict(), workplace.results / "weights" / f"{run.digest}.safetensors")


def keep_counts(run: Run, counts: Counts, workplace: Workplace) -> None:
    """Save how many weights each layer keeps, for the methods that are matched to this one."""
    _write(_counts_path(run, workplace), msgspec.json.encode(counts))


def kept_before(run: Run, workplace: Workplace) -> Counts | None:
    """The counts that `keep_counts` saved of a run; None where it did not."""
    path = _counts_path(run, workplace)
    return msgspec.json.decode(path.read_bytes(), type=Counts) if path.exists() else None


class Remains(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is left of a network whose filters were removed: channels of each set, and all optimiser steps spent.

    `unmatched` says why it cannot be told in channels, where code of the user's own removed them.
    """

    channels: Counts
    steps: int
    unmatched: str = ""


def keep_remains(run: Run, remains: Remains, workplace: Workplace) -> None:
    """Save what is left of a network, for those that are matched to it and for its small dense control."""
    _write(_remains_path(run, workplace), msgspec.json.encode(remains))


def remains_before(run: Run, workplace: Workplace) -> Remains | None:
    """What `keep_remains` saved of a run; None where it did not."""
    path = _remains_path(run, workplace)
    return msgspec.json.decode(path.read_bytes(), type=Remains) if path.exists() else None


def _remains_path(run: Run, workplace: Workplace) -> Path:
    return workplace.results / "channel_counts" / f"{run.digest}.json"


def _write(path: Path, content: bytes) -> None:
    try:
        with whole(path) as unfinished:
            unfinished.write_bytes(content)
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror}") from error


def _counts_path(run: Run, workplace: Workplace) -> Path:
    return workplace.results / "layer_counts" / f"{run.digest}.json"
