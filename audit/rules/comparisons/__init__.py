"""CMP: what makes a comparison unfair."""
