"""The files of the page, as they lie in the package."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
"""`page/` is what is seen, `engine/` the instrument in JavaScript, `vendor/` third-party code."""

INDEX = "page/index.html"

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
"""What is served; nothing else is."""


@dataclass(frozen=True)
class Page:
    """A file: its bytes, what they are, and a tag that changes with them."""

    data: bytes
    media_type: str
    etag: str


class Pages:
    """The files below a folder, by the names they had when it was opened: no name leads anywhere else."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in MEDIA_TYPES
        }

    def find(self, name: str) -> Page | None:
        """A file by its name, or None."""
        path = self._files.get(name)
        if path is None or not path.is_file():
            return None
        data = path.read_bytes()
        return Page(data, MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(data).hexdigest()[:16]}"')
