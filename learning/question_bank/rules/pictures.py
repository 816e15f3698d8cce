"""A picture in the texts of items, as a value."""

import hashlib
from dataclasses import dataclass

SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture known to be what its type says."""

    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the hash that names it."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def address(self) -> str:
        """Return where texts find it once it is kept."""
        return f"/media/{self.sha256}.{SUFFIXES[self.media_type]}"
