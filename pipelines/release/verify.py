"""Is a bundle exactly what was judged and sealed? Only looks; what to do about a problem is for the caller."""

from __future__ import annotations

from pathlib import Path

from pipelines.release import bundle
from pipelines.release.manifest import JUDGES, Manifest, ManifestError, fingerprint, read


def verify(folder: Path, name: str | None = None) -> list[str]:
    """Every problem of the bundle in ``folder``, in plain words; empty when there is none.

    Every file has the hash that the manifest gives, none is missing or extra, every judge passed the very bytes that lie there, and
    ``name`` (by default the folder's own) ends with the manifest's fingerprint where the folder is a release.
    """
    try:
        manifest = read(folder)
        found = bundle.contents(folder)
    except (ManifestError, bundle.BundleError) as problem:
        return [str(problem)]
    except OSError as problem:
        return [f"cannot be read: {problem.strerror}"]
    problems = [f"{path} is missing" for path in manifest.files.keys() - found.keys()]
    problems += [f"{path} is not in the manifest" for path in found.keys() - manifest.files.keys()]
    for path in manifest.files.keys() & found.keys():
        if found[path] != (manifest.files[path].sha256, manifest.files[path].bytes):
            problems.append(f"{path} was changed")
    problems += verdict_problems(manifest, {path: sha for path, (sha, _) in found.items()})
    release_name = folder.resolve().name if name is None else name
    if release_name.startswith(manifest.period) and release_name != release_id(manifest):
        problems.append(f"the folder is called {release_name}, its manifest belongs to {release_id(manifest)}")
    return sorted(problems)


def verdict_problems(manifest: Manifest, hashes: dict[str, str]) -> list[str]:
    """Which judges are missing, failed, looked for nothing, or judged other bytes than those with ``hashes`` (path -> SHA-256)."""
    problems = []
    for judge, under in JUDGES.items():
        verdict = manifest.verdicts.get(judge)
        if verdict is None:
            problems.append(f"{judge} has not judged it")
        elif not verdict.passed:
            problems.append(f"{judge} did not pass it")
        elif not verdict.checks or not any(path.startswith(under) for path in hashes):
            problems.append(f"{judge} looked at nothing")
        elif verdict.judged != bundle.digest_of(hashes, under):
            problems.append(f"{judge} judged other bytes")
    return problems


def release_id(manifest: Manifest) -> str:
    """The name of the release that a bundle with this manifest is: its period and the first eight digits of its fingerprint."""
    return f"{manifest.period}-{fingerprint(manifest)[:8]}"
