"""A seeded, made-up trust, derived from the catalogue, in the dialect of every MIS. No real person's data is read or written here."""

from pipelines.demo.faults import FAULTS, Fault
from pipelines.demo.make import Demonstration, Dropped, make
from pipelines.demo.planted import PLANTED, Planted
from pipelines.demo.trust import FULL, SMALL

__all__ = ["FAULTS", "FULL", "PLANTED", "SMALL", "Demonstration", "Dropped", "Fault", "Planted", "make"]
