"""Where a drill plays: a scratch folder, made-up trusts in it, and the product's own command run as a person runs it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pipelines.catalogue import load
from pipelines.demo import make as make_demonstration
from pipelines.demo.trust import SMALL, Size
from pipelines.drills import canaries
from pipelines.home import Home, make_keys, seam
from pipelines.orchestration.dbt import parsed_manifest

PATIENCE = 1500.0
T = TypeVar("T")


@dataclass(frozen=True)
class Scene:
    """``scratch``: an empty folder of the drill's own. ``full``: try every case, else a sample that ``seed`` draws. ``tell`` is told progress.
    ``keep``: where texts are kept that a person may want to read afterwards."""

    scratch: Path
    full: bool = False
    seed: int = 0
    tell: Callable[[str], None] = field(default=lambda _: None)
    keep: Path | None = None

    @cached_property
    def chance(self) -> random.Random:
        return random.Random(self.seed)

    def some(self, cases: Sequence[T], sample: int) -> list[T]:
        """All ``cases`` of a full drill, else ``sample`` of them."""
        return list(cases) if self.full or sample >= len(cases) else self.chance.sample(list(cases), sample)

    def kept(self, name: str, text: str) -> None:
        """Keep ``text`` for a person, where one has said where."""
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / name).write_text(text, "utf-8")

    def place(self, name: str) -> Path:
        """A path in the scratch folder at which nothing lies yet."""
        number = 1
        while (path := self.scratch / f"{name}-{number}").exists():
            number += 1
        return path

    def dropped(self) -> Home:
        """A made-up trust of two academies, one year, whose files lie in the drop folders: a copy of the drill's own."""
        return self.copy(self._dropped)

    def released(self) -> Home:
        """The same trust after one undisturbed refresh, which releases it."""
        return self.copy(self._released)

    @cached_property
    def passages(self) -> int:
        """How often that undisturbed refresh passed the seam at which a drill can end a run."""
        return self._released.root.with_suffix(".tally").read_text("utf-8").count("\n")

    def equality(
        self, *words: str, env: Mapping[str, str] | None = None, under: Sequence[str] = (), typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """The product's command line, run to its end; ``under``: words that come before it, such as ``unshare -n``; ``typed``: its input."""
        return subprocess.run(
            [*under, *COMMAND, *words],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            env={**os.environ, **(env or {})},
        )

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """The same, started in a process group of its own and not waited for; the caller ends it."""
        return subprocess.Popen(
            [*COMMAND, *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **(env or {})},
        )

    def told(self, *words: str) -> subprocess.Popen[str]:
        """The same as :meth:`start`, with what it says kept."""
        return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def refresh(self, home: Home, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """``equality refresh`` of ``home``."""
        return self.equality("refresh", "--home", str(home.root), *words, env=env)

    @property
    def temporary(self) -> Path:
        """Where temporary files went in the refresh of :meth:`released`."""
        return self.scratch / "made" / "temporary"

    @property
    def passing(self) -> Path:
        """What lay in temporary folders, if only for a moment, in that refresh; and what it said."""
        return self.scratch / "made" / "passing"

    @cached_property
    def _dropped(self) -> Home:
        os.umask(0o077)  # as whoever opens a home sets it: else what dbt parses here can be read by others, and the home is refused
        home = Home.at(self.scratch / "made" / "dropped")
        home.make()
        make_keys(home)
        make_demonstration(home, load, size=Size(SMALL.sites[:2], SMALL.periods))
        parsed_manifest(home.warehouse / "dbt")  # once, and not in every copy
        canaries.plant(home)
        with (home.trust / "disclosure_policy.yml").open("a", encoding="utf-8") as policy:
            policy.write(
                "price_coarser: 0\nbudget: 2\n"
            )  # advice, and the search for the cheapest pattern, take longest; safety rests on neither
        return home

    @cached_property
    def _released(self) -> Home:
        home = self.copy(self._dropped)
        self.temporary.mkdir(parents=True)
        with canaries.watched((self.temporary, home.warehouse / "spill", home.dagster), self.passing):
            done = self.refresh(home, env={"TMPDIR": str(self.temporary), seam.TALLY: str(home.root.with_suffix(".tally"))})
        (self.passing / "said.txt").write_text(done.stdout + done.stderr, "utf-8")
        if done.returncode:
            raise RuntimeError("an undisturbed refresh failed")
        return home

    def copy(self, home: Home) -> Home:
        """A copy of ``home`` to do with as one likes."""
        return Home.at(shutil.copytree(home.root, self.place("home"), symlinks=True))


COMMAND = (str(Path(sys.executable).with_name("equality")),)
