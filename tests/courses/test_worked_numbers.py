"""The examples worked in the lessons of 《全面质量管理应用》: every number of the text is computed here again.

A lesson shows a number as printed, so what is compared is the printed form.
"""

from math import sqrt
from pathlib import Path
from statistics import NormalDist, fmean, stdev
from typing import ClassVar

import pytest

from learning.question_bank.loader import load_bank

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "courses" / "tqm-practice"
NORMAL = NormalDist()


def body(name: str) -> str:
    return (COURSE / f"{name}.md").read_text("utf-8")


def grouped(number: float) -> str:
    return f"{round(number):,}".replace(",", " ")


def spaced(number: float) -> str:
    """Four decimals, parted after the third as printed."""
    digits = f"{number:.4f}"
    return f"{digits[:-1]} {digits[-1]}"


def as_formula(number: float) -> str:
    return f"{round(number):,}".replace(",", r"\,")


def expect(name: str, *printed: str) -> None:
    text = body(name)
    assert [each for each in printed if each not in text] == []


class TestThePlanOfTheTrial:
    DAYS: ClassVar = {"A": 5, "B": 20, "C": 8, "D": 12, "E": 10, "F": 6, "G": 4, "H": 7, "I": 3}
    BRANCHES = ("BE", "CF", "DG")
    NAME = "01-new-seven-tools"

    def length(self, days: dict[str, int]) -> int:
        branch = max(sum(days[each] for each in names) for names in self.BRANCHES)
        return days["A"] + branch + days["H"] + days["I"]

    def test_its_length_and_the_float_of_its_branches(self) -> None:
        tooling, papers, gauges = (sum(self.DAYS[each] for each in b) for b in self.BRANCHES)

        expect(self.NAME, f"={self.length(self.DAYS)}\\ \\text{{天}}")
        expect(self.NAME, f"$30-14={tooling - papers}$ 天", f"有 {tooling - gauges} 天")

    def test_what_five_days_less_cost(self) -> None:
        cost = 3 * 5_000 + 2 * 8_000

        expect(self.NAME, f"共 {grouped(cost)} 元，工期 {self.length(self.DAYS) - 5} 天")
        assert self.length({**self.DAYS, "E": 7, "B": 18}) == 40
        assert self.length({**self.DAYS, "C": 4}) == self.length(self.DAYS)

    def test_how_sure_it_is(self) -> None:
        spans = {"A": (4, 6), "B": (16, 30), "E": (7, 16), "H": (6, 8), "I": (2, 4)}
        mean = sum((low + 4 * self.DAYS[each] + high) / 6 for each, (low, high) in spans.items())
        sigma = sqrt(sum(((high - low) / 6) ** 2 for low, high in spans.values()))
        chances = [NORMAL.cdf((days - mean) / sigma) for days in (45, 50)]

        expect(self.NAME, f"={mean:.1f},", f"\\approx {sigma:.2f}$$")
        expect(self.NAME, f"\\approx {chances[0]:.2f}$", f"\\approx {chances[1]:.2f}$")


class TestTheShiftOfThePress:
    NAME = "02-shop-floor"
    LOAD, STOPS, CYCLE, MADE, BAD = 450, 42 + 33, 0.5, 615, 18

    def test_the_factors_and_their_product(self) -> None:
        run = self.LOAD - self.STOPS
        available, speed = run / self.LOAD, self.MADE * self.CYCLE / run
        good = (self.MADE - self.BAD) / self.MADE
        oee = available * speed * good

        assert oee == pytest.approx((self.MADE - self.BAD) * self.CYCLE / self.LOAD)
        expect(self.NAME, f"={available:.3f},", f"={speed:.3f},", f"={good:.3f}$$")
        expect(self.NAME, f"\\approx {oee:.3f}$$")
        expect(self.NAME, f"$375-307.5={run - self.MADE * self.CYCLE}$")

    def test_what_a_sampling_of_work_tells(self) -> None:
        share = 26 / 200
        half = 1.96 * sqrt(share * (1 - share) / 200)

        expect(self.NAME, f"={100 * share:.0f}\\,\\%\\pm {100 * half:.1f}\\,\\%")
        expect(self.NAME, f"约 {share * 375:.0f} min", f"约 {67.5 - share * 375:.0f} min")

    def test_what_quicker_change_brings(self) -> None:
        run, gained = self.LOAD - self.STOPS, 15 + 9
        speed, good = self.MADE * self.CYCLE / run, (self.MADE - self.BAD) / self.MADE
        after = (run + gained) / self.LOAD * speed * good

        expect(self.NAME, f"只有 {42 - gained} min", f"升到约 {after:.3f}")
        expect(self.NAME, f"\\approx {gained / self.CYCLE * speed * good:.0f}\\ \\text{{件}}")


class TestTheMicrometer:
    NAME = "03-measurement"
    SIGMA, LIMIT = 0.012, 0.030

    def test_its_error_and_its_spread(self) -> None:
        readings = [25 + each / 1000 for each in (3, 1, 4, 2, 3, 0, 3, 2, 4, 3)]

        assert fmean(readings) - 25 == pytest.approx(0.0025)
        assert stdev(readings) == pytest.approx(0.0013, abs=0.00005)
        expect(self.NAME, "、".join(f"{each:.3f}" for each in readings))

    def test_its_uncertainty(self) -> None:
        others = 0.0011, 25 * 11.5e-6 * 3 / sqrt(3), 0.0008 / 2
        once, four = (sqrt(s**2 + sum(u**2 for u in others)) for s in (0.0013, 0.0013 / 2))

        assert others[1] == pytest.approx(0.0005, abs=0.00005)
        expect(self.NAME, f"\\approx {once:.4f}\\ ", f"合成得 {spaced(four)} mm")
        expect(
            self.NAME,
            f"U=2u_c\\approx {2 * once:.3f}",
            f"\\approx {sqrt(0.004**2 + 0.012**2):.3f}$ mm",
        )

    @pytest.mark.parametrize("spread", [0.002, 0.006])
    @pytest.mark.parametrize("is_guarded", [False, True])
    def test_how_often_it_misjudges(self, spread, is_guarded) -> None:
        accepted = self.LIMIT - (2 * spread if is_guarded else 0)
        step, bad_in, good_out = self.SIGMA / 1_000, 0.0, 0.0
        for number in range(-6_000, 6_000):
            true = (number + 0.5) * step
            share = NORMAL.pdf(true / self.SIGMA) / 1_000
            taken = NORMAL.cdf((accepted - true) / spread) - NORMAL.cdf((-accepted - true) / spread)
            if abs(true) > self.LIMIT:
                bad_in += share * taken
            else:
                good_out += share * (1 - taken)

        expect(self.NAME, f"| {grouped(bad_in * 1e5)} | {grouped(good_out * 1e5)} |")


class TestTheSurvey:
    NAME = "05-satisfaction"
    LAST, NOW = (86, 110), (98, 120)

    def test_how_exact_a_share_is(self) -> None:
        share = self.NOW[0] / self.NOW[1]
        half = 1.96 * sqrt(share * (1 - share) / self.NOW[1])
        needed = share * (1 - share) * (1.96 / 0.03) ** 2

        expect(self.NAME, f"={100 * share:.1f}\\,\\%\\pm {100 * half:.1f}\\,\\%")
        expect(self.NAME, f"样本约要 {10 * round(needed / 10)} 份")

    def test_whether_two_years_differ(self) -> None:
        shares = [yes / all_ for yes, all_ in (self.LAST, self.NOW)]
        sizes = self.LAST[1], self.NOW[1]
        change = shares[1] - shares[0]
        variance = sum(p * (1 - p) / n for p, n in zip(shares, sizes, strict=True))
        half = 1.96 * sqrt(variance)

        expect(self.NAME, f"={100 * change:.1f}\\,\\%\\pm {100 * half:.1f}\\,\\%")
        expect(self.NAME, f"从约 −{100 * (half - change):.1f} % 到 {100 * (half + change):.1f} %")

    def test_what_those_who_do_not_answer_change(self) -> None:
        share, asked = self.NOW[0] / self.NOW[1], 23 / 36
        whole = [100 * (0.3 * share + 0.7 * other) for other in (0.8, 0.6, asked)]

        assert self.NOW[1] / 400 == pytest.approx(0.3)
        expect(self.NAME, f"约为 {whole[0]:.1f} %", f"只有约 {whole[1]:.1f} %")
        expect(self.NAME, f"占 {100 * asked:.1f} %", f"全体约为 {whole[2]:.1f} %")


def test_the_sums_of_the_certificate() -> None:
    value, mended = 500 * 900, 500 * 38 + 15_000
    printed = [grouped(each) for each in (value / 2, value, 3 * value, 3 * 900, 320 * 900, mended)]

    expect("04-product-law", *(f" {each} " for each in printed), f"={as_formula(value)}\\ ")
    expect("04-product-law", f"{100 * mended / value:.1f} %")


def test_the_numeric_items_of_the_self_checks() -> None:
    keys = {
        item.document.code: float(item.key.value)
        for item in load_bank(ROOT / "question_bank" / "tqm-practice").items
        if item.key.value is not None
        and item.document.code < "tqp-06"  # scripts hold the later ones
    }

    assert keys == pytest.approx(
        {
            "tqp-01-003": (8 + 4 * 11 + 20) / 6,
            "tqp-02-001": 100 * (320 / 400) * (360 * 0.8 / 320) * (342 / 360),
            "tqp-03-002": 2 * sqrt(0.006**2 + 0.002**2 + 0.003**2),
            "tqp-04-002": 800 * 250 * 0.5 / 10_000,
            "tqp-05-001": 100 * 1.96 * sqrt(0.8 * 0.2 / 400),
        },
        rel=0.01,
    )
