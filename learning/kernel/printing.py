"""Documents set by Typst in the fonts that come with the installation, and what may stand in them.

One compiler a template and one store of fonts a process: the fonts take 50 MB, and a document is
made in milliseconds where a new compiler would look through all fonts again. Facts reach a template
as one JSON text in `sys_inputs`, never as source. Knows no database: call it outside any writing
transaction.
"""

import base64
import tempfile
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst

from learning.kernel.errors import Unavailable
from learning.kernel.pictures import picture_size, picture_type

ROOT = Path(__file__).parent.parent.parent
FONTS = ROOT / "learning" / "fonts"
PNG_PPI = 144.0
REMEMBERED = 10  # documents, by the compiler
_JOINERS = "\u200c\u200d"  # scripts and pictographs need them; every other format character goes


class Typesetter:
    """The compiler of one template; its calls wait for each other."""

    def __init__(self, template: Path, fonts: Path = FONTS) -> None:
        self._template = template
        self._fonts = fonts
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None

    def compile(
        self, inputs: str, format_: Literal["pdf", "png"], *, ppi: float = PNG_PPI
    ) -> bytes:
        """Return the document; raise Unavailable when fonts or template are missing.

        `ppi` are the dots an inch of a picture.
        """
        with self._lock:
            try:
                made = self._ready().compile(format=format_, sys_inputs={"facts": inputs}, ppi=ppi)
            except (typst.TypstError, RuntimeError) as error:
                raise Unavailable("typesetting") from error
        if not isinstance(made, bytes):
            raise Unavailable("typesetting")
        return made

    def forget(self) -> None:
        """Let go of what the compiler remembers of the last documents: some 50 MB a long one.

        It does so by itself for what was not used in ten more documents; these are empty.
        """
        with self._lock:
            for _ in range(REMEMBERED + 1):
                typst.compile(b" ", font_paths=_load_fonts(self._fonts))

    def _ready(self) -> typst.Compiler:
        if self._compiler is None:
            if not (self._fonts / "manifest.json").is_file():
                raise Unavailable("fonts")
            fonts = _load_fonts(self._fonts)
            self._compiler = typst.Compiler(str(self._template), root=str(ROOT), font_paths=fonts)
        return self._compiler


@lru_cache(maxsize=2)
def _load_fonts(folder: Path) -> typst.Fonts:
    # The compiler's own are for formulas; a template names each font, so nothing else takes them.
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)]
    )


def printable(text: str) -> str:
    """Return a text as it is printed: one line, no controls, no marks that turn or hide letters.

    A right-to-left override in a name would make a certificate read what it does not say.
    """
    kept = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace()
        or character in _JOINERS
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(kept.split())


def as_svg(media_type: str, content: bytes) -> str:
    """Return a picture as SVG, which one text can carry to a template; "" for what is none.

    Whether it can be unpacked shows only when it is set.
    """
    if media_type == "image/svg+xml":
        return content.decode(errors="replace")
    size = picture_size(content)
    if size is None:
        return ""
    width, height = size
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" xlink:href="data:{media_type};base64,{data}"/>'
        "</svg>"
    )


def redrawn(content: bytes, width: int, height: int, *, fit: Literal["contain", "cover"]) -> bytes:
    """Return a picture drawn anew as a PNG of so many pixels, transparent where it leaves room.

    Nothing but what is seen comes along: no place, no date, no text that a file hid. "cover" cuts
    off what does not fit. Raises ValueError for what is no PNG, JPEG, GIF or WebP or is broken.
    """
    media_type = picture_type(content)
    if media_type is None:
        raise ValueError("no picture")
    name = f"picture.{media_type.removeprefix('image/')}"
    source = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)\n"
        f'#image("{name}", width: {width}pt, height: {height}pt, fit: "{fit}")'
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        try:
            compiler = typst.Compiler(source.encode(), root=folder, ignore_system_fonts=True)
            made = compiler.compile(format="png", ppi=72)
        except (typst.TypstError, RuntimeError) as error:
            raise ValueError("broken picture") from error
    if not isinstance(made, bytes):
        raise ValueError("broken picture")  # noqa: TRY004 - what was given is broken
    return made
