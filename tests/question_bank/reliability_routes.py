"""The number of every parametric item of the reliability bank, by another route than the item's own.

A route is plain Python over the drawn numbers: a sum over outcomes instead of a closed form, a quantile of
another distribution, or the same relation solved from its other end. `v` holds the drawn numbers.
"""

from collections.abc import Callable
from math import comb, erf, erfc, exp, expm1, factorial, hypot, log, log1p, prod, sqrt
from types import SimpleNamespace

import scipy

ROUTES: dict[str, Callable[[SimpleNamespace], float]] = {
    "re-01-p01": lambda v: prod([exp(-v.t / v.mtbf / 100)] * 100),
    "re-01-p02": lambda v: scipy.stats.expon.isf(v.r, scale=v.mtbf),
    "re-01-p03": lambda v: v.t / sum((1 - v.r) ** k / k for k in range(1, 400)),
    "re-01-p04": lambda v: 10000.0 * (v.later / v.dt) / (v.n - v.early),
    "re-01-p05": lambda v: 1 - v.second / (v.n - v.first),
    "re-01-p06": lambda v: 1 / sum([v.fit * 1e-09] * int(v.count)),
    "re-01-p07": lambda v: 100 * (1 - exp(log(v.r) * v.used / v.t)),
    "re-01-p08": lambda v: scipy.stats.expon.ppf(v.p / 100, scale=v.mtbf),
    "re-01-p09": lambda v: exp(-v.l1 * 1e-06 * v.h1) * exp(-v.l2 * 1e-06 * v.h2),
    "re-02-p01": lambda v: v.p2 - (v.p2 - v.p1) * v.a / 100,
    "re-02-p02": lambda v: 100 / (1 + (100 - v.prior) * v.false / (v.prior * v.hit)),
    "re-02-p03": lambda v: sum(
        comb(int(v.n), k) * v.p**k * (1 - v.p) ** (int(v.n) - k) for k in range(int(v.c) + 1)
    ),
    "re-02-p04": lambda v: (
        1
        - sum(
            exp(-v.rate * v.months) * (v.rate * v.months) ** j / factorial(j)
            for j in range(int(v.k) + 1)
        )
    ),
    "re-02-p05": lambda v: scipy.stats.weibull_min.sf(v.ratio * v.eta, v.m, scale=v.eta),
    "re-02-p06": lambda v: scipy.stats.weibull_min.isf(v.r, v.m, scale=v.eta),
    "re-02-p07": lambda v: scipy.stats.weibull_min.mean(v.m, scale=v.eta),
    "re-02-p08": lambda v: (
        scipy.stats.weibull_min.sf(v.used + v.more, v.m) / scipy.stats.weibull_min.sf(v.used, v.m)
    ),
    "re-02-p09": lambda v: 0.5 * erfc(v.z / sqrt(2)),
    "re-02-p10": lambda v: scipy.stats.norm.isf(v.r, v.mean, v.sd),
    "re-02-p11": lambda v: scipy.stats.lognorm.ppf(v.p, v.s, scale=exp(v.mu)),
    "re-02-p12": lambda v: v.mean + scipy.stats.t.ppf(0.05, v.n - 1) * v.s / v.n**0.5,
    "re-03-p01": lambda v: v.k / (v.times / v.fly),
    "re-03-p02": lambda v: v.c1 + v.n1 * v.cost - (v.c1 + v.extra + v.n2 * v.cost),
    "re-03-p03": lambda v: v.t / (log(v.n) - log(v.n - v.k)),
    "re-03-p04": lambda v: v.q * v.cost * 0.0001 * (v.h * v.years) / v.mtbf,
    "re-04-p01": lambda v: (
        exp(-v.l1 * v.t / 1000000.0) * exp(-v.l2 * v.t / 1000000.0) * exp(-v.l3 * v.t / 1000000.0)
    ),
    "re-04-p02": lambda v: next(
        n for n in range(1, 99) if (1 - v.r) ** n <= (1 - v.goal) * (1 + 1e-09)
    ),
    "re-04-p03": lambda v: sum(
        comb(int(v.n), j) * v.r**j * (1 - v.r) ** (v.n - j) for j in range(int(v.k), int(v.n) + 1)
    ),
    "re-04-p04": lambda v: v.c * (v.a + v.b - v.a * v.b),
    "re-04-p05": lambda v: sum(
        (v.p if s & 1 else 1 - v.p)
        * (v.p if s & 2 else 1 - v.p)
        * (v.p if s & 4 else 1 - v.p)
        * (v.p if s & 8 else 1 - v.p)
        * (v.e if s & 16 else 1 - v.e)
        for s in range(32)
        if (s & 1 and s & 2)
        or (s & 4 and s & 8)
        or (s & 16 and ((s & 1 and s & 8) or (s & 4 and s & 2)))
    ),
    "re-04-p06": lambda v: scipy.stats.gamma.sf(v.t, 2, scale=1000000.0 / v.lam),
    "re-04-p07": lambda v: (
        (1 - v.sw) * exp(-v.lam * v.t / 1000000.0)
        + v.sw * scipy.stats.poisson.cdf(1, v.lam * v.t / 1000000.0)
    ),
    "re-04-p08": lambda v: sum(1000000.0 / (v.lam * k) for k in range(1, int(v.n) + 1)),
    "re-04-p09": lambda v: 1000000.0 / v.lam * sum(1 / i for i in range(int(v.k), int(v.n) + 1)),
    "re-04-p10": lambda v: (v.r * (2 - v.r)) ** v.m - v.r**v.m * (2 - v.r**v.m),
    "re-04-p11": lambda v: (
        1 - v.beta * (1 - v.r) - ((1 - v.beta) * (1 - v.r)) ** 2 * (1 - v.beta * (1 - v.r))
    ),
    "re-04-p12": lambda v: exp(log(v.rs) / v.n),
    "re-04-p13": lambda v: v.q1 * v.q1 if "切断" in v.mode else v.q2 + v.q2 - v.q2 * v.q2,
    "re-05-p01": lambda v: 1 / (1 / v.mtbf / v.n),
    "re-05-p02": lambda v: 1 / (v.s2 / (v.s1 + v.s2 + v.s3) / v.mtbf),
    "re-05-p03": lambda v: v.goal - v.goal * (v.l1 + v.l2) / (v.l1 + v.l2 + v.l3),
    "re-05-p04": lambda v: v.w * v.t1 / (v.n1 / v.total * log(1 / v.rs)),
    "re-05-p05": lambda v: sum(
        (n * g * v.q for n, g in ((v.n1, v.g1), (v.n2, v.g2), (v.n3, v.g3)))
    ),
    "re-05-p06": lambda v: v.base * 1e-06 * v.env * v.qual * v.stress / 1e-09,
    "re-05-p07": lambda v: (
        1 / (1 / v.old * (1 - v.c1 / 100) + 1 / v.old * v.c1 / 100 * (1 - v.cut / 100))
    ),
    "re-05-p08": lambda v: (v.goal / v.r3) ** 0.5,
    "re-05-p09": lambda v: 1000000.0 * log(1 / v.rs ** (1 / v.n)) / v.t,
    "re-05-p10": lambda v: v.n / (1 / (v.mtbf + v.mtbf * v.margin / 100)),
    "re-05-p11": lambda v: v.off + (v.lam - v.off) * v.duty,
    "re-05-p12": lambda v: 100 / (1 + (v.b * v.lb + v.c * v.lc) / (v.a * v.la)),
    "re-06-p01": lambda v: 10000.0 * (v.lam * 1e-06 * v.t) * v.alpha * v.beta,
    "re-06-p02": lambda v: (
        sum((a * b for a, b in ((v.a1, v.b1), (v.a2, v.b2)))) * v.lam * 1e-06 * v.t * 10000.0
    ),
    "re-06-p03": lambda v: 100 * (v.s * v.o * v.d0 - v.s * v.o * v.d1) / (v.s * v.o * v.d0),
    "re-06-p04": lambda v: v.lam - v.lam * (v.k2 + v.k3) / (v.k1 + v.k2 + v.k3),
    "re-06-p05": lambda v: (v.n * v.q / 1000.0 - v.n * v.q / 1000.0 * v.detect) * v.cost,
    "re-06-p06": lambda v: (
        exp(-v.lam * 1e-06 * v.t) * exp(v.lam * 1e-06 * v.t * v.share / 100 * v.cut / 100)
    ),
    "re-07-p01": lambda v: v.a + v.b * v.c - v.a * v.b * v.c,
    "re-07-p02": lambda v: sum(
        (v.a if i else 1 - v.a) * (v.b if j else 1 - v.b) * (v.c if k else 1 - v.c)
        for i in (0, 1)
        for j in (0, 1)
        for k in (0, 1)
        if (i or j) and (i or k)
    ),
    "re-07-p03": lambda v: 1 - (1 - v.p) ** 3 - 3 * v.p * (1 - v.p) ** 2,
    "re-07-p04": lambda v: v.a + v.b * 1 - v.a * v.b * 1 - (v.a + v.b * 0 - v.a * v.b * 0),
    "re-07-p05": lambda v: 1000000.0 * (v.f * v.p1 * v.p2 - v.f * v.p1 * v.p2 * v.p3),
    "re-07-p06": lambda v: 1000000.0 * prod([-expm1(-v.lam * v.t * 1e-06)] * int(v.n)),
    "re-07-p07": lambda v: (
        100
        * (
            1
            - (1 - (1 - v.a) * (1 - v.b * (1 - v.cut / 100) * v.c))
            / (1 - (1 - v.a) * (1 - v.b * v.c))
        )
    ),
    "re-08-p01": lambda v: v.th * (v.p + v.amb / v.th),
    "re-08-p02": lambda v: (v.tj - v.amb - v.p * (v.jc + v.cs)) / v.p,
    "re-08-p03": lambda v: 100 * (v.work / v.rated + v.ripple / v.rated),
    "re-08-p04": lambda v: 0.5 * (1 + erf((v.s - v.l) / hypot(v.ss, v.sl) / sqrt(2))),
    "re-08-p05": lambda v: scipy.stats.norm.ppf(v.r, v.l, hypot(v.ss, v.sl)),
    "re-08-p06": lambda v: 3 * ((v.a / 3) ** 2 * v.n) ** 0.5,
    "re-08-p07": lambda v: (
        v.r0 + v.r0 * v.tol / 100 + v.r0 * (1 + v.tol / 100) * v.tc * 1e-06 * v.dt
    ),
    "re-08-p08": lambda v: exp(-v.k * log(v.l)),
    "re-08-p09": lambda v: (
        exp(v.ea / 8.617e-05 / (v.t1 - v.drop + 273.15)) / exp(v.ea / 8.617e-05 / (v.t1 + 273.15))
    ),
    "re-08-p10": lambda v: (
        v.cost * (next(n for n in range(1, 50) if 1 - (1 - v.r) ** n >= v.goal - 1e-12) - 1)
    ),
    "re-09-p01": lambda v: next(n for n in range(1, 400) if v.r**n <= (1 - v.c) * (1 + 1e-12)),
    "re-09-p02": lambda v: scipy.stats.chi2.isf(v.b, 2) * v.th / 2 / v.n,
    "re-09-p03": lambda v: scipy.stats.gamma.ppf(1 - v.b, v.c + 1) * v.th,
    "re-09-p04": lambda v: sum(
        exp(-v.ratio) * v.ratio**k / factorial(k) for k in range(int(v.c) + 1)
    ),
    "re-09-p05": lambda v: v.mt * exp(v.m * log(v.times)),
    "re-09-p06": lambda v: 1 / ((1 - v.m) * v.n / v.t),
    "re-09-p07": lambda v: exp(log(v.t1) + log(v.goal * (1 - v.m) / v.m1) / v.m),
    "re-09-p08": lambda v: exp(
        v.ea / 8.617e-05 * (v.test - v.use) / ((v.use + 273.15) * (v.test + 273.15))
    ),
    "re-09-p09": lambda v: v.life / (1 / v.k) ** v.n,
    "re-09-p10": lambda v: (
        8.617e-05 * (log(v.ta) - log(v.tb)) * (v.ca + 273.15) * (v.cb + 273.15) / (v.cb - v.ca)
    ),
    "re-09-p11": lambda v: v.n * v.d0 / 1000 - v.n * v.d0 / 1000 * v.eff * v.fit,
    "re-10-p01": lambda v: (v.n * v.h - v.r * (v.h - v.h * v.early)) / v.r,
    "re-10-p02": lambda v: (v.n * v.t1 + (v.n - 1) * (v.t2 - v.t1) + (v.n - 2) * (v.t3 - v.t2)) / 3,
    "re-10-p03": lambda v: v.t / scipy.stats.gamma.ppf(v.c, v.r + 1),
    "re-10-p04": lambda v: v.t / scipy.stats.gamma.ppf(v.c, v.r),
    "re-10-p05": lambda v: v.t / scipy.stats.gamma.isf(1 - (1 - v.c) / 2, v.r),
    "re-10-p06": lambda v: (1 - v.c) ** (v.m / v.t),
    "re-10-p07": lambda v: scipy.stats.beta.ppf(1 - v.c, v.n, 1),
    "re-10-p08": lambda v: (10 * v.n - 10 * v.k + 7) / (10 * v.n + 4),
    "re-10-p09": lambda v: (
        log(log(1 - v.f2) / log(1 - v.f1))
        / log(
            round(v.eta * (-log(1 - v.f2)) ** (1 / v.m))
            / round(v.eta * (-log(1 - v.f1)) ** (1 / v.m))
        )
    ),
    "re-10-p10": lambda v: (1 - v.a / v.n) * (1 - v.b / (v.n - v.a - v.k)),
    "re-10-p11": lambda v: (v.n * v.avg * v.t / v.n - v.t / 2) / (v.t * (1 / (12 * v.n)) ** 0.5),
    "re-10-p12": lambda v: v.days * v.hours / ((v.r - v.non) / v.sets),
    "re-10-p13": lambda v: v.r1 * v.t2 / (v.r2 * v.t1),
    "re-10-p14": lambda v: scipy.stats.beta.mean(v.b + v.n - v.f, v.a + v.f),
    "re-11-p01": lambda v: 1 / (1 + v.r / v.b),
    "re-11-p02": lambda v: v.b / v.a - v.b,
    "re-11-p03": lambda v: v.r / (1 / v.a - 1),
    "re-11-p04": lambda v: (
        1 - (v.n * v.fix + v.n * v.wait + v.pm) / (v.work + v.n * v.fix + v.n * v.wait + v.pm)
    ),
    "re-11-p05": lambda v: (
        sum((x * y for x, y in ((v.l1, v.m1), (v.l2, v.m2), (v.l3, v.m3))))
        / sum((v.l1, v.l2, v.l3))
    ),
    "re-11-p06": lambda v: scipy.stats.expon.cdf(v.t, scale=v.mttr),
    "re-11-p07": lambda v: scipy.stats.expon.ppf(v.m, scale=v.mttr),
    "re-11-p08": lambda v: v.a1 * v.a2 * v.a3 * (2 - v.a3),
    "re-11-p09": lambda v: (
        (1 + 2 * (v.l / 1000 / v.u)) / (1 + 2 * (v.l / 1000 / v.u) + 2 * (v.l / 1000 / v.u) ** 2)
    ),
    "re-11-p10": lambda v: v.n * v.t * v.q * (v.lam * 1e-06),
    "re-11-p11": lambda v: scipy.stats.gamma.sf(v.mean, v.k + 1),
    "re-11-p12": lambda v: v.one / (v.total - v.miss) * 100,
    "re-11-p13": lambda v: (
        sum(1 - exp(-v.lam * 1e-06 * v.h * (i + 0.5) / 2000) for i in range(2000)) / 2000
    ),
    "re-11-p14": lambda v: v.cf + (v.cp - v.cf) * scipy.stats.weibull_min.sf(v.x, v.m),
    "re-12-p01": lambda v: -expm1(v.n * log1p(-v.p)),
    "re-12-p02": lambda v: v.n * (v.p - v.p * v.c),
    "re-12-p03": lambda v: (1 - v.beta) * v.p**2 + v.beta * v.p,
    "re-12-p04": lambda v: v.c / (v.b / v.a),
    "re-12-p05": lambda v: v.a / (v.k / v.b),
    "re-12-p06": lambda v: v.l0 - v.l0 * v.u / v.v0,
    "re-12-p07": lambda v: log(v.l0 * v.g1 / (v.l0 * v.g2)) * v.v0 / v.l0,
    "re-12-p08": lambda v: v.f2 + v.per * (v.f1 - v.f2) + v.third * (v.f3 - v.f2),
    "re-12-p09": lambda v: v.d0 * (v.lam * 1e-06) * v.tau * 0.5 * 1000000.0,
}
