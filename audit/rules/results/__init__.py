"""RES: what results must show."""
