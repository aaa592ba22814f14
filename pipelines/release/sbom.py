"""What software a bundle was made with: a CycloneDX 1.6 bill of materials of every locked package, from the lock alone.

It lies in the bundle as ``sbom.cdx.json``. The environment is installed from the lock and from nothing else, so the lock is the whole of it;
equal locks give equal bytes.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

FILE = "sbom.cdx.json"
NAME = "equality-warehouse"
PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")


def packages(lock: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Each package of a lock as pip writes it: ``(name, version)`` -> SHA-256 of every file that may be installed for it."""
    starts = [*PACKAGE.finditer(lock)]
    ends = [found.start() for found in starts[1:]] + [len(lock)]
    return {
        (re.sub(r"[-_.]+", "-", found[1]).lower(), found[2]): tuple(HASH.findall(lock, found.end(), end))
        for found, end in zip(starts, ends, strict=True)
    }


def written(lock: str) -> bytes:
    """The bill of materials of the environment that ``lock`` gives to the product, whose own code the manifest names."""
    components = [_component(name, version, hashes) for (name, version), hashes in sorted(packages(lock).items())]
    product = {"type": "application", "bom-ref": NAME, "name": NAME}
    bill: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": product, "lifecycles": [{"phase": "build"}]},
        "components": components,
        "dependencies": [{"ref": NAME, "dependsOn": [component["bom-ref"] for component in components]}],
    }
    named = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(bill, sort_keys=True))}"
    return (json.dumps({**bill, "serialNumber": named}, sort_keys=True, indent=1) + "\n").encode()


def _component(name: str, version: str, hashes: tuple[str, ...]) -> dict[str, Any]:
    """A package; ``hashes`` are of all its wheels, of which one was installed. Its address (purl) follows the scheme of Python packages."""
    address = f"pkg:pypi/{name}@{version}"
    listed = [{"alg": "SHA-256", "content": sha} for sha in hashes]
    return {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address, "hashes": listed}
