"""Statistical disclosure control: which figures are shown, which are hidden. Nothing here reads files of a home or writes a mart."""

from pipelines.disclosure.policy import Policy, Rounding
from pipelines.disclosure.protect import Protected, protect

__all__ = ["Policy", "Protected", "Rounding", "protect"]
