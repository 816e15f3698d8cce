"""Published results, reproduced to what was printed."""

import pytest

from learning.measurement import classical, rasch, two_parameter
from learning.measurement.matrices import Scores
from learning.measurement.quadrature import gauss_hermite
from learning.measurement.two_parameter import Slopes
from tests.measurement.samples import lsat, published

DIGITS3 = 0.00051
LTM = 0.005  # where ltm's optimizer stopped
MIRT = 0.002  # where mirt's EM stopped, at changes of 0.0001


@pytest.fixture(scope="module")
def lsat6() -> Scores:
    return Scores.of(lsat("lsat6"))


def test_classical_figures_of_lsat6_are_those_of_ltm(lsat6: Scores):
    expected = published("lsat6")["classical"]

    analysis = classical.analyse(lsat6)

    assert [i.item_total for i in analysis.items] == pytest.approx(expected["item_total"], abs=5e-5)
    assert [i.item_rest for i in analysis.items] == pytest.approx(expected["item_rest"], abs=5e-5)
    assert [i.alpha_without for i in analysis.items] == pytest.approx(
        expected["alpha_without"], abs=5e-5
    )
    assert analysis.test.reliability.alpha == pytest.approx(expected["alpha"], abs=5e-5)
    assert analysis.test.reliability.kr20 == analysis.test.reliability.alpha


def test_the_two_parameter_model_of_lsat6_is_that_of_ltm(lsat6: Scores):
    expected = published("lsat6")["two_parameter"]

    fit = two_parameter.fit(lsat6, quadrature=gauss_hermite(21))

    assert [i.slope for i in fit.items] == pytest.approx(expected["slope"], abs=LTM)
    assert [i.slope_error for i in fit.items] == pytest.approx(expected["slope_error"], abs=5e-4)
    assert [i.difficulty for i in fit.items] == pytest.approx(expected["difficulty"], abs=LTM)
    assert [i.difficulty_error for i in fit.items] == pytest.approx(
        expected["difficulty_error"], abs=2e-3
    )
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=DIGITS3)
    assert fit.aic == pytest.approx(expected["aic"], abs=DIGITS3)
    assert fit.bic == pytest.approx(expected["bic"], abs=DIGITS3)
    assert fit.is_observed
    assert fit.has_converged


def test_expected_frequencies_and_modes_of_lsat6_are_those_of_ltm(lsat6: Scores):
    rows = published("lsat6")["patterns"]
    patterns = [[int(c) for c in row[0]] for row in rows]
    fit = two_parameter.fit(lsat6)

    counts = two_parameter.expected_counts(fit, patterns)
    modes = two_parameter.modal_abilities(fit, Scores.of(patterns))

    assert counts == pytest.approx([row[1] for row in rows], abs=0.05)
    assert modes.values == pytest.approx([row[2] for row in rows], abs=2e-3)
    assert modes.errors == pytest.approx([row[3] for row in rows], abs=1e-3)


@pytest.mark.parametrize(
    ("slopes", "name"), [(Slopes.EQUAL, "equal_slopes"), (Slopes.ONE, "slopes_of_one")]
)
def test_marginal_rasch_fits_of_lsat6_are_those_of_ltm(lsat6: Scores, slopes: Slopes, name: str):
    expected = published("lsat6")[name]

    fit = two_parameter.fit(lsat6, slopes=slopes, quadrature=gauss_hermite(21))

    assert [i.difficulty for i in fit.items] == pytest.approx(expected["difficulty"], abs=DIGITS3)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=DIGITS3)
    assert fit.items[0].slope == pytest.approx(expected.get("slope", 1.0), abs=DIGITS3)


def test_the_two_parameter_model_of_lsat7_is_that_of_mirt():
    expected = published("lsat7")["two_parameter"]

    fit = two_parameter.fit(Scores.of(lsat("lsat7")))

    assert [i.slope for i in fit.items] == pytest.approx(expected["slope"], abs=MIRT)
    assert [i.difficulty for i in fit.items] == pytest.approx(expected["difficulty"], abs=MIRT)


def test_the_likelihood_of_lsat7_is_that_of_mirt():
    fit = two_parameter.fit(Scores.of(lsat("lsat7")))

    expected = published("lsat7")["two_parameter"]["log_likelihood"]
    assert fit.log_likelihood == pytest.approx(expected, abs=DIGITS3)


def test_classical_figures_of_lsat7_are_those_of_mirt():
    expected = published("lsat7")["classical"]

    analysis = classical.analyse(Scores.of(lsat("lsat7")))

    for name in ("facility", "item_total", "item_rest", "alpha_without"):
        found = [getattr(item, name) for item in analysis.items]
        assert found == pytest.approx(expected[name], abs=DIGITS3), name


@pytest.mark.parametrize(("section", "table"), [("lsat6", "overall"), ("lsat7", "classical")])
def test_figures_of_the_whole_test_are_those_of_mirt(section: str, table: str):
    expected = published(section)[table]

    analysis = classical.analyse(Scores.of(lsat(section)))

    test, reliability = analysis.test, analysis.test.reliability
    assert [test.mean, test.sd, reliability.alpha, reliability.sem] == pytest.approx(
        [expected[name] for name in ("mean", "sd", "alpha", "sem")], abs=DIGITS3
    )
    facility = [item.facility for item in analysis.items]
    assert facility == pytest.approx(expected["facility"], abs=DIGITS3)


def test_conditional_and_marginal_rasch_difficulties_of_lsat6_agree(lsat6: Scores):
    conditional = rasch.fit(lsat6)
    marginal = rasch.fit(lsat6, method=rasch.Method.MARGINAL)

    assert conditional.method is rasch.Method.CONDITIONAL
    assert conditional.persons == 1000 - 3 - 298
    assert [i.difficulty for i in conditional.items] == pytest.approx(
        [-1.2561, 0.4749, 1.2360, 0.1684, -0.6232], abs=5e-5
    )
    assert [i.difficulty for i in marginal.items] == pytest.approx(
        [i.difficulty for i in conditional.items], abs=0.003
    )
