"""Pages of a PDF as pictures, drawn by Typst in a process of its own.

A PDF comes from a stranger. The child may use so much memory and so many seconds and no more; what
it cannot draw ends it, and nothing else. `python -m learning.kernel.decks count` reads a PDF from
its input and writes the number of pages; `page N` writes that page as a PNG.
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import typst

from learning.kernel.errors import Unavailable

MAX_PAGES = 300
WIDTH_PX = 1280  # sharp on a phone held upright and on half a screen
_WIDTH_PT = 640
_SECONDS = 10
_PATIENCE_S = 4
_DRAWING = threading.Lock()
_BYTES = 1536 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"


def count_pages(content: bytes) -> int:
    """Return how many pages a PDF has; 0 for what cannot be drawn or has more than MAX_PAGES."""
    try:
        said = _ask(content, "count")
    except subprocess.TimeoutExpired:
        return 0
    return int(said) if said.isdigit() and int(said) <= MAX_PAGES else 0


def draw_page(content: bytes, number: int) -> bytes:
    """Return a page, counted from 1, as a PNG WIDTH_PX wide; b"" for one that cannot be drawn.

    One at a time in a process: pages must not take the cores from an exam. Raises Unavailable while
    others are being drawn and where the machine is too busy.
    """
    if not _DRAWING.acquire(timeout=_PATIENCE_S):
        raise Unavailable("page")
    try:
        drawn = _ask(content, "page", str(number))
    except subprocess.TimeoutExpired as error:
        raise Unavailable("page") from error
    finally:
        _DRAWING.release()
    return drawn if drawn.startswith(_PNG) else b""


def _ask(content: bytes, *words: str) -> bytes:
    if not content.startswith(b"%PDF-"):
        return b""
    done = subprocess.run(
        [sys.executable, "-m", "learning.kernel.decks", *words],
        input=content,
        capture_output=True,
        timeout=2 * _SECONDS,
        check=False,
        cwd=Path(__file__).parent.parent.parent,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.stdout if done.returncode == 0 else b""


def _drawn(folder: str, number: int, width_pt: float, ppi: float) -> bytes | None:
    """Return a page as a PNG, None where the PDF has none such."""
    source = (
        f"#set page(width: {width_pt}pt, height: auto, margin: 0pt, fill: white)\n"
        f'#image("deck.pdf", page: {number}, width: 100%)'
    )
    compiler = typst.Compiler(source.encode(), root=folder, ignore_system_fonts=True)
    try:
        made = compiler.compile(format="png", ppi=ppi)
    except (typst.TypstError, RuntimeError):
        return None
    return made if isinstance(made, bytes) else None


def _counted(folder: str) -> int:
    """Find the last page: doubled until there is none, then halved."""
    low, high = 0, 1
    while high <= MAX_PAGES and _drawn(folder, high, 24, 24) is not None:
        low, high = high, high * 2
    high = min(high, MAX_PAGES + 2)
    while high - low > 1:
        middle = (low + high) // 2
        if _drawn(folder, middle, 24, 24) is None:
            high = middle
        else:
            low = middle
    return low


def _main(words: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deck.pdf").write_bytes(sys.stdin.buffer.read())
        if words[0] == "count":
            sys.stdout.buffer.write(str(_counted(folder)).encode())
        else:
            ppi = 72 * WIDTH_PX / _WIDTH_PT
            sys.stdout.buffer.write(_drawn(folder, int(words[1]), _WIDTH_PT, ppi) or b"")


if __name__ == "__main__":
    _main(sys.argv[1:])
