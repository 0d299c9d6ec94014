"""WVR: what a person waives, and whether it still has an effect."""
