"""Weights that were trained elsewhere: checkpoints of the user's own, and those that torchvision publishes."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch
from torch import Tensor, nn

from runners.architectures import from_torchvision

SAFETENSORS, PICKLED = ".safetensors", (".pt", ".pth")
NESTED = ("state_dict", "model")  # where training scripts keep the weights beside an optimiser's state
PARALLEL = "module."  # what nn.DataParallel puts before each name
# training alone has these, or old checkpoints lack them; no output depends on either
_AUXILIARY = ("aux1.", "aux2.", "AuxLogits.")
_COUNTER = "num_batches_tracked"
_HASH = re.compile(r"-([0-9a-f]{8,})\.\w+$")  # what torchvision ends the names of its files in


class WeightsError(Exception):
    """Weights that are not there, cannot be read, or do not fit the network: one line."""


def load_weights(model: nn.Module, weights: str, architecture: str, directory: Path) -> None:
    """Put the weights of a file, or those that torchvision has under that name, into `model`, in place.

    `weights` is a name of torchvision's for its model `architecture`, or a path, relative to `directory`, that ends in
    .safetensors, .pt or .pth. A file holds a plain state dict, or one under `state_dict` or `model`; `module.` before a
    name is dropped. Every name and shape must fit. Raises WeightsError in one line, with the first that does not.
    """
    path = locate(weights, architecture, directory)
    if weights in _published(weights, architecture):
        state: Mapping[str, Tensor] = from_torchvision.trained(architecture, weights).state_dict()
        told = f"{architecture} {weights}"
    else:
        state, told = _read(path), str(path)
    fitting = _fitting(state, model.state_dict(), told)
    for name, tensor in fitting.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise WeightsError(f"{told}: `{name}` holds NaN or infinite numbers")
    model.load_state_dict(fitting, strict=False)  # what may be missing has been looked at


def prepared(model: nn.Module, weights: str | None) -> nn.Module:
    """The model, set to feed torchvision's weights as they were trained, where it is to have them.

    GoogLeNet and Inception v3 were trained on images of another normalisation, which torchvision makes good inside.
    """
    if weights is not None and not Path(weights).suffix and hasattr(model, "transform_input"):
        model.transform_input = True  # type: ignore[assignment]  # a flag, not a tensor
    return model


def content_digest(weights: str, architecture: str, directory: Path) -> str:
    """SHA-256 of the file of the weights: 64 hexadecimal digits. Raises WeightsError where it is not to be had."""
    return _digest(locate(weights, architecture, directory))


def locate(weights: str, architecture: str, directory: Path) -> Path:
    """The file of the weights; torchvision's are looked for in torch's cache, and downloaded where they are not there.

    Raises WeightsError where there is no such file, or where it is not the one that torchvision published.
    """
    if weights in _published(weights, architecture):
        return _cached(from_torchvision.weights_url(architecture, weights))
    path = directory / weights
    if path.suffix not in (SAFETENSORS, *PICKLED):
        published = from_torchvision.weight_names(architecture)
        known = f"torchvision's weights of {architecture} ({', '.join(published)})" if published else "a weight name"
        raise WeightsError(f"`{weights}` is neither {known} nor a file that ends in .safetensors, .pt or .pth")
    if not path.is_file():
        raise WeightsError(f"{path}: no such file of weights")
    return path


def _published(weights: str, architecture: str) -> tuple[str, ...]:
    """Names of torchvision's, looked up only where `weights` may be one: torchvision takes seconds to import."""
    return () if Path(weights).suffix else from_torchvision.weight_names(architecture)


def _cached(url: str) -> Path:
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name
    found = _HASH.search(path.name)
    published = found.group(1) if found else ""
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(url, str(path), published or None, progress=False)
        except (OSError, RuntimeError) as error:  # RuntimeError: what came has another hash
            raise WeightsError(
                f"{path.name} is not in torch's cache and cannot be downloaded ({error}); put the file of {url} at "
                f"{path}"
            ) from error
    if not _digest(path).startswith(published):
        raise WeightsError(f"{path}: not what {url} is, whose SHA-256 begins with {published}; remove it")
    return path


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror}") from error


def _read(path: Path) -> dict[str, Tensor]:
    content: Any = None
    try:
        if path.suffix == SAFETENSORS:
            from safetensors.torch import load_file

            content = load_file(path)
        else:
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of a file that is no checkpoint, torch and safetensors raise errors of every kind
        reason = str(error).partition("\n")[0].partition(". ")[0]
        raise WeightsError(
            f"{path}: cannot be read as weights ({type(error).__name__}: {reason}); expected tensors alone, as "
            "torch.save(model.state_dict(), …) writes them"
        ) from error
    for key in NESTED:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
            break
    if not isinstance(content, Mapping) or not content:
        raise WeightsError(f"{path}: holds no state dict, by itself or under {' or '.join(map(repr, NESTED))}")
    for name, tensor in content.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise WeightsError(f"{path}: holds no state dict: {name!r} is {type(tensor).__name__}, and no tensor")
    return dict(content)


def _fitting(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor], told: str) -> dict[str, Tensor]:
    """The weights under the network's own names; raises WeightsError with the first name or shape that does not fit."""
    found = {name if name in wanted else name.removeprefix(PARALLEL): tensor for name, tensor in state.items()}
    found = {name: tensor for name, tensor in found.items() if name in wanted or not name.startswith(_AUXILIARY)}
    wrong = [
        (
            f"`{name}` has shape {tuple(found[name].shape)}, and {tuple(tensor.shape)} in the network"
            if name in found
            else f"`{name}` of the network is not there"
        )
        for name, tensor in wanted.items()
        if (found[name].shape != tensor.shape if name in found else not name.endswith(_COUNTER))
    ]
    wrong += [f"`{name}` is not in the network" for name in found if name not in wanted]
    if wrong:
        more = f" (and {len(wrong) - 1} more that do not fit)" if len(wrong) > 1 else ""
        raise WeightsError(f"{told}: {wrong[0]}{more}")
    return found
