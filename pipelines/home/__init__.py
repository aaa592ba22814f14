"""The trust's home: where things lie, its keys, and what is encrypted at rest. What is stored there belongs to the rooms above."""

from pipelines.home.keys import Keys, load_keys, make_keys
from pipelines.home.paths import Home, HomeError

__all__ = ["Home", "HomeError", "Keys", "load_keys", "make_keys"]
