"""What the figures of the lessons are made of: axes, words, lines, a white ground."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

INK, GREY, BLUE, ORANGE, GREEN, PURPLE = (
    "#1f2933", "#52606d", "#14589c", "#a8430a", "#1f6b3a", "#5b3a94",
)  # fmt: skip


def spaced(value: float, digits: int = 0) -> str:
    """Write a number with a space between groups of three digits, on both sides of the point."""
    whole, _, rest = f"{value:.{digits}f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", " ")
    groups = " ".join(rest[at : at + 3] for at in range(0, len(rest), 3))
    return f"{grouped}.{groups}" if groups else grouped


@dataclass(frozen=True)
class Axes:
    """A rectangle of the page in pixels and the values it stands for."""

    left: float
    right: float
    top: float
    bottom: float
    x_from: float
    x_to: float
    y_from: float
    y_to: float

    def x(self, value: float) -> float:
        """Return the pixel of a value on the horizontal axis."""
        share = (value - self.x_from) / (self.x_to - self.x_from)
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        """Return the pixel of a value on the vertical axis."""
        share = (value - self.y_from) / (self.y_to - self.y_from)
        return round(self.bottom - share * (self.bottom - self.top), 1)

    def frame(self) -> str:
        """Draw the two axes."""
        corners = f"{self.left},{self.top} {self.left},{self.bottom} {self.right},{self.bottom}"
        return f'<polyline points="{corners}" fill="none" stroke="{INK}" stroke-width="1.8"/>'

    def curve(self, points: Iterable[tuple[float, float]], colour: str, dash: str = "") -> str:
        """Draw a line through values."""
        drawn = " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return (
            f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="3"{dashes}/>'
        )


def text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK) -> str:
    """Place words; their size is that of the figure."""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def thin(x1: float, y1: float, x2: float, y2: float, *, dash: str = "4 4") -> str:
    """Draw a thin line that leads the eye."""
    ends = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
    return f'<line {ends} stroke="{GREY}" stroke-width="1.2" stroke-dasharray="{dash}"/>'


def picture(height: int, title: str, description: str, parts: Sequence[str]) -> str:
    """Put a figure together on a white ground, so that it reads on a dark page and on paper."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" role="img" '
        'aria-labelledby="t d" font-family="sans-serif" font-size="16">'
    )
    ground = f'<rect x="0" y="0" width="720" height="{height}" rx="8" fill="#ffffff"/>'
    names = (f'<title id="t">{title}</title>', f'<desc id="d">{description}</desc>')
    return "\n".join((head, *names, ground, *parts, "</svg>")) + "\n"


def path(points: str) -> str:
    """Draw a plain line through pixels."""
    return f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="2"/>'


def box(
    x: float, y: float, width: float, height: float, lines: Sequence[str], *, colour: str = INK
) -> str:
    """Draw a box with lines of words in its middle; the first line has the box's colour."""
    top = y + height / 2 - 11 * len(lines) + 17
    words = (
        text(x + width / 2, top + 22 * at, line, anchor="middle", colour=INK if at else colour)
        for at, line in enumerate(lines)
    )
    frame = (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="#f7f9fb" '
        f'stroke="{colour}" stroke-width="2"/>'
    )
    return "\n".join((frame, *words))


def bar(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Draw a filled bar."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
    )


def dot(x: float, y: float, colour: str, *, radius: float = 6, is_hollow: bool = False) -> str:
    """Mark a point; a hollow one has a white middle."""
    return (
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{"#ffffff" if is_hollow else colour}" '
        f'stroke="{colour}" stroke-width="2.2"/>'
    )


def arrow(x1: float, y1: float, x2: float, y2: float, *, colour: str = INK) -> str:
    """Draw a straight arrow."""
    length = hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    back_x, back_y = x2 - 11 * dx, y2 - 11 * dy
    head = (
        f"{x2:.1f},{y2:.1f} {back_x - 5 * dy:.1f},{back_y + 5 * dx:.1f} "
        f"{back_x + 5 * dy:.1f},{back_y - 5 * dx:.1f}"
    )
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{back_x:.1f}" y2="{back_y:.1f}" stroke="{colour}" '
        f'stroke-width="2"/>\n<polygon points="{head}" fill="{colour}"/>'
    )
