"""Content digests: SHA-256 of records and of named tensors, the same on every machine."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from torch import Tensor


def of_record(record: msgspec.Struct) -> str:
    """Digest of the fields of a record, by name: 64 hexadecimal digits. The order of fields does not matter.

    Records that omit their defaults keep their digest when a field with a default is added, and whether or not a
    default is written out. In return, a default may not be changed without a new schema version. A field that is UNSET
    is not there.
    """
    return hashlib.sha256(msgspec.json.encode(_told(record), order="deterministic")).hexdigest()


def _told(value: Any) -> Any:
    """A record as what it says: msgspec compares some defaults by identity, which pickling does not keep."""
    if isinstance(value, msgspec.Struct):
        config = value.__struct_config__
        tag = {config.tag_field: config.tag} if config.tag_field else {}
        return tag | {
            field.encode_name: _told(getattr(value, field.name))
            for field in msgspec.structs.fields(value)
            if getattr(value, field.name) is not msgspec.UNSET
            and not (config.omit_defaults and getattr(value, field.name) == field.default)
        }
    return [_told(each) for each in value] if isinstance(value, tuple | list) else value


def of_tensors(tensors: "Mapping[str, Tensor]") -> str:
    """Digest of names, types, shapes and bytes, in the order given: 64 hexadecimal digits."""
    state = hashlib.sha256()
    for name, tensor in tensors.items():
        state.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        state.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return state.hexdigest()
