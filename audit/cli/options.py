"""What several commands say of an option that they share."""

EXPERIMENT = "Experiment of MLflow to read, where not all are; repeatable."
