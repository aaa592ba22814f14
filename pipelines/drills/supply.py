"""What the product is made of: every package locked by hash, installed as a wheel, there as locked, and named in the release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import distributions, version

from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.orchestration.versions import LOCK, PROJECT, versions
from pipelines.release.manifest import read
from pipelines.release.sbom import FILE, NAME, packages

TOOLS = {"pip", "setuptools", "wheel"}
"""What makes an environment before anything is installed into it."""
INSTALLED = ("--require-hashes", "--only-binary :all:", "--no-deps")
LINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[^\s;\\@]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?|#.*|")


def supply_chain(scene: Scene) -> Iterator[Case]:
    """29: the lock, the environment that runs this and a release's bill of materials name the very same packages."""
    text = LOCK.read_text("utf-8")
    locked = packages(text)
    strange = [number for number, line in enumerate(text.splitlines(), 1) if not LINE.fullmatch(line)]
    yield Case("every line of the lock is a package at one version or a hash", not strange, f"line {strange[0]}" if strange else "")
    names = re.findall(r"(?m)^([A-Za-z0-9._-]+)==", text)
    yield Case("no package is locked twice", len(names) == len({_plain(name) for name in names}) == len(locked))
    bare = [name for (name, _), hashes in locked.items() if not hashes]
    yield Case("every package has its hashes", not bare and bool(locked), ", ".join(bare))
    made = (PROJECT / "Makefile").read_text("utf-8")
    installs = [
        line
        for line in made.replace("\\\n", " ").splitlines()
        if "pip install" in line and "--editable" not in line and "audit" not in line
    ]
    yield Case(
        "it is installed by hash, as wheels, and nothing that was not locked",
        bool(installs) and all(flag in line for line in installs for flag in INSTALLED),
    )
    there = {_plain(found.metadata["Name"]): found.version for found in distributions()}
    wanted = dict(locked.keys())
    other = [name for name in wanted if there.get(name) != wanted[name]]
    yield Case("what is installed is what is locked", not other, ", ".join(other[:5]))
    more = there.keys() - wanted.keys() - TOOLS - {NAME}
    yield Case("nothing else is installed", not more, ", ".join(sorted(more)[:5]))
    home = scene.released()
    folder = home.releases / "current"
    bill = json.loads((folder / FILE).read_bytes())
    listed = {(item["name"], item["version"]): tuple(each["content"] for each in item["hashes"]) for item in bill["components"]}
    yield Case("a release lists every package with its hashes", listed == locked)
    yield Case("as CycloneDX 1.6, each with its address", _well_formed(bill))
    manifest = read(folder)
    yield Case("its manifest vouches for that list", FILE in manifest.files)
    yield Case("and for the code, the lock and what shapes numbers", manifest.versions == versions())
    shaping = {name: number for name, number in manifest.versions.packages.items() if name != "pango"}
    yield Case("at the versions that are installed", all(version(name) == number for name, number in shaping.items()))


def _well_formed(bill: dict[str, object]) -> bool:
    components = bill["components"]
    told = (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6") and str(bill["serialNumber"]).startswith("urn:uuid:")
    return (
        told and isinstance(components, list) and all(item["purl"] == f"pkg:pypi/{item['name']}@{item['version']}" for item in components)
    )


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


DRILLS: dict[int, Drill] = {29: supply_chain}
