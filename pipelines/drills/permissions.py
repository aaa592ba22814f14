"""What others can read is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home, HomeError
from pipelines.orchestration.opened import Opened

EXPOSED = 8


def exposed_is_refused(scene: Scene) -> Iterator[Case]:
    """Promise 21: whatever private thing others can read stops every verb; what is made is made private; ``doctor`` sees the rest."""
    home = scene.released()
    yield Case("a released home is opened", not list(home.exposed()) and _opened(home) == "")
    places = [place for place in home.private if place.exists()]
    inside = [path for place in places if place.is_dir() for path in place.rglob("*") if not path.is_symlink()]
    for path in [*places, *scene.some(inside, EXPOSED)]:
        mode = path.stat().st_mode
        for more in (0o040, 0o004, 0o020):
            path.chmod(mode | more)
            said = _opened(home)
            yield Case(f"{path.relative_to(home.root)} with {more:03o}", "chmod" in said and str(path) in said)
        path.chmod(mode)
    (home.keys / "storage.key").chmod(0o640)
    done = scene.refresh(home)
    yield Case("a refresh with a key that others can read", done.returncode == 2 and "chmod 600" in done.stderr, done.stderr.strip()[:80])
    (home.keys / "storage.key").chmod(0o600)
    before = scene.dropped()
    made = [path for path in _all(home) if not (before.root / path.relative_to(home.root)).exists()]
    open_ = [path for path in made if path.lstat().st_mode & 0o077 and not path.is_symlink()]
    yield Case("a whole refresh made nothing that others can read", not open_, ", ".join(path.name for path in open_[:5]))
    yield from _made_open(scene)
    yield from _examined(scene, home)


def _all(home: Home) -> Iterator[Path]:
    yield from (path for path in home.root.rglob("*") if home.drop not in (path, *path.parents))


def _opened(home: Home) -> str:
    """What is said when the home is opened; empty where it is."""
    try:
        Opened.at(home.root)
    except HomeError as refused:
        return str(refused)
    return ""


def _made_open(scene: Scene) -> Iterator[Case]:
    """A home made by a shell that hides nothing."""
    root = scene.place("open")
    done = scene.equality("init", str(root), under=("sh", "-c", 'umask 000; exec "$@"', "sh"))
    home = Home.at(root)
    open_ = [path for path in _all(home) if path.stat().st_mode & 0o077]
    yield Case("a home made under umask 000 is private", done.returncode == 0 and not open_, ", ".join(path.name for path in open_[:5]))
    yield Case("drop alone is shared: 2770", home.drop.stat().st_mode & 0o7777 == 0o2770)


def _examined(scene: Scene, home: Home) -> Iterator[Case]:
    def ill(place: Home) -> tuple[int, set[str]]:
        done = scene.equality("doctor", "--json", "--home", str(place.root))
        return done.returncode, {item["subject"] for item in json.loads(done.stdout)["findings"] if not item["well"]}

    code, before = ill(home)
    yield Case("doctor finds nothing private exposed", "permissions" not in before and code in (0, 1), ", ".join(sorted(before)))
    (home.landing / "pupils").chmod(0o755)
    yield Case("doctor sees a room that others can read", ill(home)[0] == 1 and "permissions" in ill(home)[1])
    (home.landing / "pupils").chmod(0o700)
    (home.root.parent / ".git").mkdir(exist_ok=True)
    yield Case("doctor warns of a git work tree", "git" in ill(home)[1] and "git" not in before)
    (home.root.parent / ".git").rmdir()
    (home.drop / "900401").chmod(0o755)
    yield Case("doctor sees a drop folder that is not 2770", "drop folders" in ill(home)[1])
    yield Case("doctor of no home", scene.equality("doctor", "--home", str(scene.place("none"))).returncode == 2)


DRILLS: dict[int, Drill] = {21: exposed_is_refused}
