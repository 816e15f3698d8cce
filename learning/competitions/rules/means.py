"""The mean of points as every list prints it. Pure."""


def mean_centi_of(sum_milli: int, count: int) -> int | None:
    """Return the mean in hundredths of a point, rounded half up; None of nothing.

    `sum_milli` are thousandths of a point: 200,010 of them among 2 are 100.01 points (10,001).
    """
    return (2 * sum_milli + 10 * count) // (20 * count) if count else None
