"""Runners: multi-seed prune and fine-tune experiments, logged to MLflow under the names of `audit.schema`."""
