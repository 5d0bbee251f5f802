"""Medians and how sure they are. Seeded: same samples, same words."""
import random
import statistics

ROUNDS = 1000


def ratio(a, b, seed=1):
    """Median of b by median of a, with a 95 % bootstrap interval.

    None when the medians cannot be divided. Resampling both sides; with fewer
    than three samples on a side the interval says nothing (None, None)."""
    top, base = statistics.median(b), statistics.median(a)
    if base == 0:
        return (1.0, 1.0, 1.0) if top == 0 else None
    if min(len(a), len(b)) < 3:
        return top / base, None, None
    rng = random.Random(seed)
    draws = []
    for _ in range(ROUNDS):
        low = statistics.median(rng.choices(a, k=len(a)))
        if low != 0:
            draws.append(statistics.median(rng.choices(b, k=len(b))) / low)
    if not draws:
        return top / base, None, None
    draws.sort()
    return (top / base, draws[int(len(draws) * .025)],
            draws[min(len(draws) - 1, int(len(draws) * .975))])


def word(unit_less, low, high):
    """What an interval of the ratio means.

    unit_less: less is better, or None when neither is."""
    if low is None:
        return "too few samples"
    if low <= 1 <= high:
        return "no difference seen"
    if unit_less is None:
        return "more" if low > 1 else "less"
    return "faster" if (high < 1) == unit_less else "slower"
