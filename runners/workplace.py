"""Where a study's files lie on this machine: known to whoever runs a network, and no part of what identifies it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.study import Study, own_code
from runners import datasets
from runners.datasets import Dataset, DatasetChoice
from runners.devices import CPU
from runners.spec import Spec


@dataclass(frozen=True)
class Workplace:
    """The results directory, where the user's own code is looked for, each data set's files, and what is saved.

    `save` is `masks`, `weights` (with the masks) or `none`; `device` is where networks are trained, for torch.
    """

    results: Path
    study: Path
    roots: Mapping[str, Path | None]
    save: str = "masks"
    device: str = CPU
    deterministic: bool = True

    @classmethod
    def of(cls, spec: Spec, study: Study, results: Path, device: str = CPU) -> "Workplace":
        """The workplace of a study whose results go to `results`."""
        roots = {name: datasets.root(name, study) for name in spec.datasets}
        own = own_code.study_directory(study)
        return cls(results.resolve(), own, roots, spec.save, device, spec.deterministic)

    @property
    def pretrained(self) -> Path:
        """The directory of the pretrained weights."""
        return self.results / "pretrained"

    def dataset(self, choice: DatasetChoice) -> Dataset:
        """The data set that was chosen, made once per process; what is in memory lies on the device.

        Raises ValueError where it is no longer the one that the study was planned with.
        """
        dataset = datasets.load_choice(choice, self.roots[choice.name], self.study, self.device)
        if dataset.digest != choice.digest:
            why = "its factory is not deterministic" if choice.factory else "its files are others"
            raise ValueError(f"data set `{choice.name}` changed while the study ran: {why}")
        return dataset
