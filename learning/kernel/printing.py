"""Documents set by Typst in the fonts that come with the installation, and what may stand in them.

One compiler a template and one store of fonts a process: the fonts take 50 MB, and a document is
made in milliseconds where a new compiler would look through all fonts again. Facts reach a template
as one JSON text in `sys_inputs`, never as source. Knows no database: call it outside any writing
transaction.
"""

import base64
import contextlib
import io
import queue
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import typst

from learning.kernel.errors import Unavailable
from learning.kernel.pictures import picture_size, picture_type

ROOT = Path(__file__).parent.parent.parent
FONTS = ROOT / "learning" / "fonts"
PNG_PPI = 144.0
REMEMBERED = 10  # documents, by the compiler
AT_ONCE = 2  # documents of bulk work: the typesetter leaves Python's lock alone
_WHEN = (2026, 1, 1, 0, 0, 0)  # of every file: the same documents are the same bytes
_JOINERS = "\u200c\u200d"  # scripts and pictographs need them; every other format character goes


Sheet = TypeVar("Sheet")


class Typesetter:
    """Compilers of one template, made when needed; calls beyond `at_once` wait for each other."""

    def __init__(self, template: Path, fonts: Path = FONTS, *, at_once: int = 1) -> None:
        self._template = template
        self._fonts = fonts
        self._free: queue.LifoQueue[typst.Compiler | None] = queue.LifoQueue()
        for _ in range(at_once):
            self._free.put(None)

    def compile(
        self, inputs: str, format_: Literal["pdf", "png"], *, ppi: float = PNG_PPI
    ) -> bytes:
        """Return the document; raise Unavailable when fonts or template are missing.

        `ppi` are the dots an inch of a picture.
        """
        with self._compiler() as compiler:
            try:
                made = compiler.compile(format=format_, sys_inputs={"facts": inputs}, ppi=ppi)
            except (typst.TypstError, RuntimeError) as error:
                raise Unavailable("typesetting") from error
        if not isinstance(made, bytes):
            raise Unavailable("typesetting")
        return made

    def forget(self) -> None:
        """Let go of what the compiler remembers of the last documents: some 50 MB a long one.

        It does so by itself for what was not used in ten more documents; these are empty.
        """
        with self._compiler():
            for _ in range(REMEMBERED + 1):
                typst.compile(b" ", font_paths=_load_fonts(self._fonts))

    @contextlib.contextmanager
    def _compiler(self) -> Iterator[typst.Compiler]:
        """Lend a compiler that is free, the one used last first."""
        compiler = self._free.get()
        try:
            if compiler is None:
                compiler = self._made()
            yield compiler
        finally:
            self._free.put(compiler)

    def _made(self) -> typst.Compiler:
        try:
            if not (self._fonts / "manifest.json").is_file():
                raise Unavailable("fonts")
            fonts = _load_fonts(self._fonts)
            return typst.Compiler(str(self._template), root=str(ROOT), font_paths=fonts)
        except (typst.TypstError, RuntimeError) as error:
            raise Unavailable("typesetting") from error


def pack_pdfs(named: Iterable[tuple[str, Sheet]], draw: Callable[[Sheet], bytes]) -> bytes:
    """Return documents as a zip of files by their names, some set at a time, in order.

    `draw` sets one; its typesetter should take `AT_ONCE`.
    """
    wanted = list(named)
    packed = io.BytesIO()
    with (
        ThreadPoolExecutor(AT_ONCE) as pool,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive,
    ):
        pdfs = pool.map(draw, [sheet for _name, sheet in wanted])
        for (name, _sheet), pdf in zip(wanted, pdfs, strict=True):
            archive.writestr(zipped(name), pdf)
    return packed.getvalue()


def zipped(name: str) -> zipfile.ZipInfo:
    """Return how a document is named in a zip."""
    return zipfile.ZipInfo(name, _WHEN)


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
