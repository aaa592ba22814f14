"""The attacker: tries to recover what a release hides, from the release alone. It protects nothing and shares nothing with the suppressor.

``attack(folder)`` rebuilds the linked system of every statistic in the marts, then subtracts lines, solves the equations exactly and
bounds what is left by linear programming. What counts as a breach is written in ``report.py``.
"""

from expectations.attack.attacker import attack
from expectations.attack.report import AttackReport, Recovered

__all__ = ["AttackReport", "Recovered", "attack"]
