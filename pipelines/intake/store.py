"""Everything intake works with in one home, opened and closed together, and the sealed bytes in ``raw/`` and ``quarantine/``."""

from __future__ import annotations

from types import TracebackType

from pipelines.catalogue.model import Catalogue
from pipelines.home import Home, HomeError, Keys
from pipelines.home.vault import HEAD_BYTES, seal, unseal, year_of
from pipelines.home.whole import flush_directory, move, write_whole
from pipelines.intake.landing import Landing
from pipelines.intake.ledger import DESTROYED, REWRITTEN, Ledger
from pipelines.intake.reading import Judge


class Store:
    """One home, its catalogue and keys, the judge of gate 1, the ledger and the landing."""

    def __init__(self, home: Home, keys: Keys, catalogue: Catalogue, judge: Judge) -> None:
        self.home, self.keys, self.catalogue, self.judge = home, keys, catalogue, judge
        self.ledger, self.landing = Ledger(home.ledger), Landing(home, keys)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ledger.close()
        self.landing.close()

    def contract(self, dataset: str) -> str:
        """Fingerprint of the catalogue entries that a file of this dataset is read by."""
        return self.catalogue.fingerprints.get(f"dataset:{dataset}", "")

    def seal(self, digest: str, content: bytes, year: str) -> None:
        """Keep the bytes under their hash, encrypted with the key of the academic year they are of, the last where they are of several."""
        path = self.home.raw / digest
        if not path.exists():
            write_whole(path, seal(self.keys, digest, content, year))
            self.ledger.kept_again(digest)

    def unsealed(self, digest: str) -> bytes:
        """Bytes that were kept; :class:`HomeError` when they are gone."""
        try:
            return unseal(self.keys, digest, (self.home.raw / digest).read_bytes())
        except FileNotFoundError:
            if found := self.ledger.lessened().get(digest):
                raise HomeError(f"The raw file {digest[:12]} was destroyed on {found[1]}: {found[0]}. Ask for a new export.") from None
            raise HomeError(f"The raw file {digest[:12]} is missing. Restore raw/ from a backup.") from None

    def quarantine(self, digest: str, content: bytes) -> None:
        """Lock the bytes of a refused file away. They stay in ``raw/`` too only if an accepted file has the same."""
        sealed, locked = self.home.raw / digest, self.home.quarantine / digest
        if self.ledger.usable(digest) or not sealed.exists():
            write_whole(locked, seal(self.keys, digest, content))
        else:
            move(sealed, locked)

    def sealed_years(self) -> set[str]:
        """The academic years under whose keys some bytes are sealed."""
        found = set()
        for path in (*self.home.raw.glob("*"), *self.home.quarantine.glob("*")):
            with path.open("rb") as file:
                found.add(year_of(file.read(HEAD_BYTES)))
        return found

    def is_gone(self, digest: str) -> bool:
        """Whether the bytes were destroyed on purpose."""
        return not (self.home.raw / digest).exists() and digest in self.ledger.lessened()

    def keep_less(self, digest: str, content: bytes | None, year: str) -> str:
        """Keep ``content``, which holds less, in place of the bytes of that hash; ``None``: they are to be destroyed. What the ledger is to say."""
        if content is None:
            return DESTROYED
        write_whole(self.home.raw / digest, seal(self.keys, digest, content, year))
        return REWRITTEN

    def destroy_what_is_due(self) -> None:
        """Remove the bytes that the ledger says are destroyed."""
        for digest, (what, _) in self.ledger.lessened().items():
            if what != REWRITTEN and (self.home.raw / digest).exists():
                (self.home.raw / digest).unlink()
                flush_directory(self.home.raw)
