"""How often the rooms of one process may ask where they stand: seldom enough that answers go first.

A pulse costs a read. Thousands of rooms that ask each half minute would be a steady load beside
their saves, so a process that is asked more than it likes tells its rooms to ask less often.
"""

EVERY_S, LONGEST_S = 30.0, 120.0
MOST_PER_S = 50.0
WINDOW_S = 10.0


class Pace:
    """The time between two pulses of a room, from the pulses of the last window.

    With N rooms that ask every I seconds the rate is N / I; for it to be MOST_PER_S the time must
    be I · rate / MOST_PER_S. Worked: 83 a second at 30 s are asked to come each 50 s.
    """

    def __init__(self, begun_s: float) -> None:
        self._begun_s, self._count = begun_s, 0
        self.every_s = EVERY_S

    def count(self, at_s: float) -> float:
        """Count a pulse at a steady clock; return after how many seconds to ask again."""
        self._count += 1
        passed = at_s - self._begun_s
        if passed >= WINDOW_S:
            wanted = self.every_s * self._count / passed / MOST_PER_S
            self.every_s = min(LONGEST_S, max(EVERY_S, wanted))
            self._begun_s, self._count = at_s, 0
        return self.every_s
