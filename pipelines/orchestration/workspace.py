"""What workspace.yaml loads. Nothing else may import this module: importing it opens the home."""

from pipelines.orchestration.definitions import from_environment

defs = from_environment()
