"""Published worked examples, reproduced to their printed digits by what parametric items compute with.

An item's formula is evaluated by the same expressions: what they say of a published example must be
what its source printed.
"""

import json
from decimal import Decimal
from math import log
from pathlib import Path
from statistics import fmean

import pytest

from learning.question_bank.variants.expressions import parse_expression

CASES = Path(__file__).parent.parent / "cases" / "measurement"
TABLES = json.loads((CASES / "worked_tables.json").read_text())
DIGITS4 = 0.000051


def value(text: str, **scope: float) -> float:
    """Evaluate a formula as an item does, with these numbers."""
    found = parse_expression(text).evaluate({k: Decimal(str(v)) for k, v in scope.items()})
    assert isinstance(found, Decimal)
    return float(found)


MTBF = TABLES["NIST_8.4.5.1_MTBF"]
FACTORS = [
    (float(level), int(failures), *factors)
    for level, rows in MTBF["factors_time_censored"].items()
    for failures, factors in rows.items()
]
LOWER = "2 * r / chi2_quantile(1 - (1 - level) / 2, 2 * r + 2)"
UPPER = "2 * r / chi2_quantile((1 - level) / 2, 2 * r)"


@pytest.mark.parametrize(("level", "r", "lower", "upper"), FACTORS)
def test_factors_of_mtbf_limits_are_those_of_nist(level, r, lower, upper) -> None:
    found = [value(text, level=level, r=r) for text in (LOWER, UPPER)]

    assert found == pytest.approx([lower, upper], abs=DIGITS4)


def test_the_mtbf_example_of_nist() -> None:
    said = MTBF["two_sided_90"]
    limits = [value(f"T / r * {text}", T=800, r=2, level=0.9) for text in (LOWER, UPPER)]

    assert value("T / r", T=MTBF["T"], r=MTBF["r"]) == MTBF["MTBF"]
    assert limits == pytest.approx([said["lower"], said["upper"]], abs=0.051)
    assert value("T / -ln(alpha)", T=1000, alpha=0.1) == pytest.approx(434.29, abs=0.0051)


def weibull_fit(failures: list[float], censored: list[float]) -> tuple[float, float]:
    """Return η and β of greatest likelihood: β solves the profile equation, by bisection."""
    every, mean_log = failures + censored, fmean(map(log, failures))
    low, high = 0.1, 10.0
    for _ in range(60):
        beta = (low + high) / 2
        powers = [t**beta for t in every]
        weighed = sum(p * log(t) for p, t in zip(powers, every, strict=True)) / sum(powers)
        low, high = (low, beta) if weighed - 1 / beta > mean_log else (beta, high)
    return (sum(t**beta for t in every) / len(failures)) ** (1 / beta), beta


def test_the_weibull_example_of_nist() -> None:
    case = TABLES["NIST_8.4.1.3_weibull_censored"]
    failures, said = case["data"]["failures"], case["published"]
    eta, beta = weibull_fit(failures, [500.0] * case["data"]["censored_at_500"])
    at = {"eta": eta, "beta": beta}

    density = "ln(beta / eta) + (beta - 1) * ln(t / eta) - (t / eta) ** beta"
    survival = "-(t / eta) ** beta"
    likelihood = sum(value(density, t=t, **at) for t in failures)
    likelihood += case["data"]["censored_at_500"] * value(survival, t=500, **at)

    assert [eta, beta] == pytest.approx([said["eta"], said["beta"]], abs=0.00051)
    assert -likelihood == pytest.approx(said["minus_loglik"], abs=0.00051)
    assert 4 - 2 * likelihood == pytest.approx(said["AIC"], abs=0.0051)
    assert value("eta * gamma(1 + 1 / beta)", **at) == pytest.approx(said["mean"], abs=0.00051)
    spread = "eta * sqrt(gamma(1 + 2 / beta) - gamma(1 + 1 / beta) ** 2)"
    assert value(spread, **at) == pytest.approx(said["sd"], abs=0.00051)


CONSTANTS = TABLES["control_chart_constants"]["table"]
C4 = "sqrt(2 / (n - 1)) * gamma(n / 2) / gamma((n - 1) / 2)"


@pytest.mark.parametrize("size", CONSTANTS)
def test_constants_of_charts_of_standard_deviations(size) -> None:
    said, c4 = CONSTANTS[size], value(C4, n=int(size))
    spread = "3 * sqrt(1 - c4 ** 2) / c4"

    assert c4 == pytest.approx(said["c4"], abs=DIGITS4)
    found = [
        value("3 / (c4 * sqrt(n))", c4=c4, n=int(size)),
        value(f"max(0, 1 - {spread})", c4=c4),
        value(f"1 + {spread}", c4=c4),
    ]
    assert found == pytest.approx([said["A3"], said["B3"], said["B4"]], abs=DIGITS4)


@pytest.mark.parametrize("size", CONSTANTS)
def test_constants_of_charts_of_ranges_follow_from_the_moments_of_the_range(size) -> None:
    said = CONSTANTS[size]
    at = {"d2": said["d2"], "d3": said["d3"], "n": int(size)}

    found = [
        value("3 / (d2 * sqrt(n))", **at),
        value("max(0, 1 - 3 * d3 / d2)", **at),
        value("1 + 3 * d3 / d2", **at),
    ]

    # d2 and d3 are printed to four places, which the quotient carries on.
    assert found == pytest.approx([said["A2"], said["D3"], said["D4"]], abs=0.00025)


def test_the_piston_rings_of_montgomery() -> None:
    lines = (CASES / "pistonrings.txt").read_text().splitlines()[1:]
    samples: dict[int, list[float]] = {}
    for diameter, sample, is_trial in map(str.split, lines):
        if is_trial == "TRUE":
            samples.setdefault(int(sample), []).append(float(diameter))
    said = TABLES["qcc_pistonrings_phase1"]
    center = fmean(map(fmean, samples.values()))
    sigma = fmean(max(each) - min(each) for each in samples.values()) / CONSTANTS["5"]["d2"]
    at = {"m": center, "s": sigma, "n": 5}

    assert (len(samples), center) == (25, pytest.approx(said["center"], abs=0.0000051))
    assert sigma == pytest.approx(said["sigma_hat_Rbar_d2"], abs=2e-7)
    limits = [value(f"m {sign} 3 * s / sqrt(n)", **at) for sign in "-+"]
    assert limits == pytest.approx([said["xbar_LCL"], said["xbar_UCL"]], abs=0.0000051)
    able = said["capability_LSL_73_95_USL_74_05"]
    found = [
        value("(74.05 - 73.95) / (6 * s)", **at),
        value("(m - 73.95) / (3 * s)", **at),
        value("(74.05 - m) / (3 * s)", **at),
    ]
    assert found == pytest.approx([able["Cp"], able["Cpl"], able["Cpu"]], abs=0.00051)


def test_the_capability_example_of_nist() -> None:
    case = TABLES["NIST_6.1.6_Cpk"]
    at = {name: case[name] for name in ("USL", "LSL", "mean", "s")}
    formulas = {
        "Cp": "(USL - LSL) / (6 * s)",
        "k": "abs((USL + LSL) / 2 - mean) / ((USL - LSL) / 2)",
        "Cpk": "min((USL - mean) / (3 * s), (mean - LSL) / (3 * s))",
        "Cpl": "(mean - LSL) / (3 * s)",
        "Cpu": "(USL - mean) / (3 * s)",
    }

    for name, text in formulas.items():
        assert value(text, **at) == pytest.approx(case[name], abs=DIGITS4), name


def test_the_gauge_study_of_sixsigma() -> None:
    case = TABLES["gauge_RR_ss_data_rr"]
    sums, parts = case["SS"], case["varcomp"]
    p, o, r = case["parts"], case["operators"], case["reps"]
    mean = {
        "P": sums["part"] / (p - 1),
        "O": sums["operator"] / (o - 1),
        "I": sums["interaction"] / ((p - 1) * (o - 1)),
        "E": sums["error"] / (p * o * (r - 1)),
    }
    at = {**mean, "p": p, "o": o, "r": r}

    components = [
        value("E", **at),
        value("(O - I) / (p * r)", **at),
        value("max(0, (I - E) / r)", **at),
        value("(P - I) / (o * r)", **at),
    ]
    # Sums are printed to four places: what is divided by nine holds to a hundred thousandth.
    names = ("repeatability", "operator", "interaction", "part")
    assert components == pytest.approx([parts[name] for name in names], abs=1e-5)
    grr, part = case["total_grr"], parts["part"]
    at = {"g": grr, "v": part}
    assert components[0] + components[1] == pytest.approx(grr, abs=1e-5)
    assert value("100 * g / (g + v)", **at) == pytest.approx(case["pct_contribution"], abs=0.0051)
    study = value("100 * sqrt(g / (g + v))", **at)
    assert study == pytest.approx(case["pct_study_var"], abs=0.0051)
    assert value("floor(1.41 * sqrt(v / g))", **at) == case["ndc"]
