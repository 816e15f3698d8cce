r"""Who gets the prizes for organisations and provinces. Pure.

**Order.** Prizes are given in the order in which they are written; an organisation holds one at
most. The better standing of the published board comes first; equal standings are parted by the
lots of the draw: SHA-256 of `seed:number:hash of the unit list:prize:unit`, the lowest first. What
has no standing there wins nothing. What follows the winners is the reserve 递补.

**Division.** An organisation is of the division in which most of its participants are, of equal
ones the first as printed.

**The list.** CSV, each line ended by \n, first by `of`, then by id: `of` is units, provinces or
stage (where a prize goes by the live final), `unit` an organisation's public id or the two digits
of a province.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from learning.competitions.rules.awards import AwardStatus, Drawn, milli_of, points_text, sha256
from learning.competitions.rules.unit_prizes import PrizeOf, UnitPrize, UnitPrizeKind

_ORDER = (PrizeOf.UNITS, PrizeOf.PROVINCES, PrizeOf.STAGE)
UNIT_LIST_HEAD = "of,unit,standing,division,participants,headcount,coverage,mean"


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A ranked organisation or province on the frozen list; coverage and mean as `Tally` has.

    Of one on the stage participants are its members there, and the mean is its score.
    """

    of: PrizeOf
    unit: str
    standing: int
    division: str
    participants: int
    headcount: int | None
    coverage_permille: int | None
    mean_centi: int


def main_division(counts: Mapping[str, int], order: Sequence[str]) -> str:
    """Return the division of an organisation, from how many participants it has in each."""
    return max(order, key=lambda code: (counts.get(code, 0), -order.index(code)), default="")


def unit_list_text(units: Iterable[ListedUnit]) -> str:
    """Return the list as it is published; coverage in percent, the mean in points."""
    lines = [
        f"{u.of.value},{u.unit},{u.standing},{u.division},{u.participants},"
        f"{'' if u.headcount is None else u.headcount},"
        f"{'' if u.coverage_permille is None else points_text(u.coverage_permille * 100)},"
        f"{points_text(u.mean_centi * 10)}"
        for u in sorted(units, key=lambda u: (_ORDER.index(u.of), u.unit))
    ]
    return "\n".join([UNIT_LIST_HEAD, *lines]) + "\n"


def read_unit_list_text(text: str) -> list[ListedUnit]:
    """Read what `unit_list_text` gave."""
    return [_read_line(line) for line in text.splitlines()[1:]]


def _read_line(line: str) -> ListedUnit:
    of, unit, standing, division, participants, headcount, coverage, mean = line.split(",")
    return ListedUnit(
        PrizeOf(of),
        unit,
        int(standing),
        division,
        int(participants),
        int(headcount) if headcount else None,
        milli_of(coverage) // 100 if coverage else None,
        milli_of(mean) // 10,
    )


def award_units(
    prizes: Sequence[UnitPrize],
    units: Sequence[ListedUnit],
    *,
    seed: str,
    number: str,
    list_hash: str,
) -> list[Drawn]:
    """Give the prizes; a prize that too few can get goes to all of those.

    `Drawn.entry` is the unit. The same arguments give the same result whatever the order of
    `units`.
    """
    taken: set[str] = set()  # an organisation is the same one on its board and on the stage
    drawn: list[Drawn] = []
    for prize in prizes:
        start = f"{seed}:{number}:{list_hash}:{prize.code}:"
        able = [u for u in units if u.unit not in taken and reaches(prize, u)]
        able.sort(key=lambda u: (u.standing, sha256(start + u.unit)))
        count = prize.count if prize.kind is UnitPrizeKind.RANK else len(able)
        for place, unit in enumerate(able[: count + prize.reserve], start=1):
            is_won = place <= count
            status = AwardStatus.HELD if is_won else AwardStatus.RESERVE
            drawn.append(Drawn(prize.code, place, unit.unit, status))
            if is_won:
                taken.add(unit.unit)
    return drawn


def reaches(prize: UnitPrize, unit: ListedUnit) -> bool:
    """Tell whether a unit is of those to whom a prize may go."""
    coverage = unit.coverage_permille
    return (
        prize.of is unit.of
        and prize.division in {"", unit.division}
        and unit.participants >= prize.least_participants
        and (
            prize.least_coverage is None
            or (coverage is not None and coverage >= prize.least_coverage)
        )
        and (prize.least_mean is None or unit.mean_centi >= prize.least_mean)
    )
