"""What all sections of `audit.toml` share: strict, immutable records."""

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of `audit.toml`. Unknown keys are errors; every key may be left out unless a section says otherwise."""
