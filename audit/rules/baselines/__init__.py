"""BAS: what a proposed method is compared with."""
