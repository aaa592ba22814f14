"""The catalogue says what we count, once. ``load`` is the only way in; it imports nothing of ours."""

from pipelines.catalogue.load import CatalogueError, load
from pipelines.catalogue.model import Catalogue, Dataset

__all__ = ["Catalogue", "CatalogueError", "Dataset", "load"]
