"""A GPU that is none: tensors that say they lie on `cuda`, compute on the processor, and never meet one that does not.

So the same bits come out as on the processor wherever every tensor is where it has to be, and an error where one is
not; what a real GPU computes is not shown.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_map, tree_map_only
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from audit.study import Study
from runners import latency, placement
from runners.execute import execute
from runners.plan import plan
from runners.pretraining import pretrain
from runners.spec import read_spec
from runners.workplace import Workplace

DEVICE_TYPE, DEVICE = "elsewhere", "elsewhere:0"
OF_THE_MOMENT = ("started", "duration", "device", "latency_dense", "latency_pruned", "latency_repeats")
_MAY_BE_INDEXED = (torch.ops.aten.index.Tensor, torch.ops.aten.index_put_.default, torch.ops.aten.index_put.default)


class Elsewhere(Tensor):
    """A tensor that says it is on `cuda`; `held` is what it is."""

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> "Elsewhere":  # noqa: D102
        made = Tensor._make_wrapper_subclass(
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=DEVICE,
            requires_grad=held.requires_grad,
        )
        made.held = held
        return made

    def __repr__(self, **_: Any) -> str:
        return f"Elsewhere({self.held})"

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _carried_out(function, args, kwargs or {})


class _Moving(TorchDispatchMode):
    """Sees what makes a tensor on `cuda` of none, and what moves one there."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _carried_out(function, args, kwargs or {})


def _carried_out(function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    given = [each for each in _tensors((args, kwargs)) if each.dim()]
    there = [each for each in _tensors((args, kwargs)) if isinstance(each, Elsewhere)]
    asked = kwargs.get("device")
    target = torch.device(asked).type if asked is not None else (DEVICE_TYPE if there else "cpu")
    if asked is not None and target == DEVICE_TYPE:
        kwargs = {**kwargs, "device": "cpu"}
    if there and function is not torch.ops.aten.copy_.default and function not in _MAY_BE_INDEXED:
        strangers = [each for each in given if not isinstance(each, Elsewhere)]
        assert not strangers, f"{function}: a tensor on cuda meets one on {strangers[0].device}"
    if function in _MAY_BE_INDEXED:
        own, indices, *values = args
        assert isinstance(own, Elsewhere) or not any(isinstance(each, Elsewhere) for each in _tensors(indices))
        assert all(isinstance(each, Elsewhere) == isinstance(own, Elsewhere) or not each.dim() for each in values[:1])
    made = function(*tree_map(_held, args), **tree_map(_held, kwargs))
    if target != DEVICE_TYPE:
        return made
    wrapped = tree_map_only(Tensor, Elsewhere, made)
    return return_and_correct_aliasing(function, args, kwargs, wrapped) if there and asked is None else wrapped


def _tensors(tree: Any) -> list[Tensor]:
    found: list[Tensor] = []
    tree_map_only(Tensor, found.append, tree)
    return found


def _held(each: Any) -> Any:
    return each.held if isinstance(each, Elsewhere) else each


def records(study: Path, results: Path, device: str) -> list[dict[str, Any]]:
    """What is recorded of every network of a study that is trained on a device, but for times."""
    declared = Study.read(study)
    spec = read_spec(declared)
    workplace = Workplace.of(spec, declared, results, device)
    found = []
    for run in plan(spec, declared):
        pretrain(run.pretraining, workplace)
        record = execute(run, workplace)
        columns = {name: value for name, value in record.columns.items() if name not in OF_THE_MOMENT}
        found.append({"run": run.label, "columns": columns, "layers": record.layers, "curves": record.curves})
    return found


def main(study: str, results: str) -> None:
    """Print them as JSON, of a study on the GPU that is none."""
    _setup_privateuseone_for_python_backend(DEVICE_TYPE)
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    placement.hardware = lambda device: {"device": device}
    latency.REPEATS = latency.LEAST_REPEATS = latency.WARM_UP = 1  # a time that means nothing here
    with _Moving():
        print(msgspec.json.encode(records(Path(study), Path(results), DEVICE), enc_hook=str).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
