"""Where networks are trained: on the processor, or on GPUs of NVIDIA's, one for each worker.

That is known to whoever runs a study and no part of it; each network records what it was trained on. Weights and inputs
lie on the device; initial weights, minibatches, orders of examples, scores that are ranked and masks are the
processor's everywhere, so that these are the same.
"""

import os
import platform
import subprocess
from functools import cache
from pathlib import Path

import torch

from runners.devices import CPU, WORDS, is_device
from runners.errors import RunError

_VISIBLE = "CUDA_VISIBLE_DEVICES"  # what CUDA looks at when a process first uses it


def gpus(device: str) -> tuple[str, ...]:
    """The GPUs of `cpu` (none), `cuda` (all that this process sees) or `cuda:N`, in the words of CUDA_VISIBLE_DEVICES.

    Raises RunError for another word, and where there is no such GPU.
    """
    if not is_device(device):
        raise RunError(f"there is no device `{device}`; use {WORDS}")
    if device == CPU:
        return ()
    found = torch.cuda.device_count()
    if not found:
        raise RunError(f"torch {torch.__version__} finds no GPU here for `{device}`; leave --device out for the CPU")
    named = [name.strip() for name in os.environ.get(_VISIBLE, "").split(",") if name.strip()]
    names = tuple(named[:found] or map(str, range(found)))
    _, colon, number = device.partition(":")
    if not colon:
        return names
    if int(number) >= found:
        raise RunError(f"there is no `{device}`: torch finds {found} GPU{'' if found == 1 else 's'}, numbered from 0")
    return (names[int(number)],)


def use_alone(gpu: str) -> None:
    """Make this process, which has not used CUDA yet, see one GPU only: its device is `cuda`."""
    os.environ[_VISIBLE] = gpu


def numerics(*, deterministic: bool = True) -> None:
    """One thread, and algorithms that give the same bits whatever else the machine is doing, unless not asked for."""
    torch.set_num_threads(1)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it cuBLAS refuses to be deterministic
    torch.use_deterministic_algorithms(deterministic)


def hardware(device: str) -> dict[str, str]:
    """What networks are trained on, in the schema's names: the processor's name, or the GPU's with its driver."""
    if device == CPU:
        return {"device": _processor()}
    driver = _driver()
    return {"device": torch.cuda.get_device_name(device), **({"driver": driver} if driver else {})}


@cache
def _driver() -> str:
    """The version of NVIDIA's driver; empty where it cannot be told."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return next(iter(told.split()), "")


@cache
def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
