"""QR codes (ISO/IEC 18004) as a matrix of modules and as an inline SVG without any inline style.

Pure: text in, drawing out. The drawing is dark on white in both themes, with the quiet zone of four
modules that the standard asks for: scanners do not read light on dark.
"""

from markupsafe import Markup

from learning.kernel.qr_masks import best_masked

QUIET_ZONE = 4  # modules on each side, ISO/IEC 18004 clause 6.3.8
MAX_TEXT_LENGTH = 1_000  # an address; what is longer makes a drawing that phones do not read
DARK, LIGHT = "#000000", "#ffffff"


def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of a QR code without quiet zone; True is a dark module.

    Error correction M (15 % may be damaged), the smallest version that fits, the same text always
    giving the same code. Raises ValueError for an empty text or one above 1,000 characters.
    """
    if not text or len(text) > MAX_TEXT_LENGTH:
        raise ValueError("a QR code needs 1 to 1,000 characters")
    return tuple(tuple(map(bool, row)) for row in best_masked(text).tolist())


def qr_path(matrix: tuple[tuple[bool, ...], ...]) -> str:
    """Return the dark modules as the `d` of one SVG path, one unit a module, quiet zone left out.

    Each horizontal run of dark modules is one rectangle, so that no seams show between them.
    """
    parts = []
    for y, row in enumerate(matrix):
        start = None
        for x, is_dark in enumerate((*row, False)):
            if is_dark and start is None:
                start = x
            elif not is_dark and start is not None:
                parts.append(f"M{start} {y}h{x - start}v1h{start - x}z")
                start = None
    return "".join(parts)


def qr_image(text: str) -> str:
    """Return the code as an SVG picture for paper, without quiet zone: the paper is one."""
    matrix = qr_matrix(text)
    side = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="#1b2430" d="{qr_path(matrix)}"/></svg>'
    )


def qr_svg(text: str, *, module: int = 4) -> Markup:
    """Return a QR code as an SVG element, `module` CSS pixels a module; CSS may scale it.

    It is hidden from screen readers: what it says must stand beside it as text or link. Raises
    ValueError as `qr_matrix` does.
    """
    matrix = qr_matrix(text)
    side = len(matrix) + 2 * QUIET_ZONE
    box = f"{-QUIET_ZONE} {-QUIET_ZONE} {side} {side}"
    return Markup(
        '<svg class="qa-qr" xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{size}"'
        ' height="{size}" shape-rendering="crispEdges" aria-hidden="true" focusable="false">'
        '<rect x="{corner}" y="{corner}" width="{side}" height="{side}" fill="{light}"/>'
        '<path d="{path}" fill="{dark}"/></svg>'
    ).format(
        box=box,
        size=side * module,
        corner=-QUIET_ZONE,
        side=side,
        light=LIGHT,
        dark=DARK,
        path=qr_path(matrix),
    )
