"""How sure drafts are: calibration of their items, and the table that makes it.

An item is right when what it says is expected of its text. Rules judge how sure
they are; engine/draft/sure.def says what came of such judgements in the `dev`
texts: (right + K x judgement) / (n + K), never falling within a rule (pool
adjacent violators). K is what is best for texts that were not used: five folds
by text, three shuffles, likelihood."""
import collections
import json
import math
import random

STEP, BINS, FOLDS, SHUFFLES = 500, 10, 5, 3
WEIGHTS = (1, 2, 4, 8, 16, 32)

HEAD = """/*
 * sure.def - how often a rule was right when it judged so, in basis points.
 * Made by `bench/quality/drafts --esco DIR --fit` from the dev texts of
 * tests/data/drafts: {n} items, K = {k} (bench/quality/sure.py). What is not
 * here stays as the rule judges it.
 *
 * INC_SURE(rule, judged from here on, 500 wide, measured, right, n)
 */
"""


def bins(pairs):
    """(confidence, right) by tenths: how many, mean of each."""
    rows = [[] for _ in range(BINS)]
    for c, right in pairs:
        rows[min(int(c * BINS), BINS - 1)].append((c, right))
    return [(len(r), sum(c for c, _ in r) / len(r),
             sum(x for _, x in r) / len(r)) for r in rows if r]


def ece(pairs):
    if not pairs:
        return None
    return sum(n * abs(c - x) for n, c, x in bins(pairs)) / len(pairs)


def by_chance(pairs, rounds=200):
    """The same of an answerer that is perfectly calibrated."""
    rng = random.Random(1)
    return sum(ece([(c, rng.random() < c) for c, _ in pairs])
               for _ in range(rounds)) / rounds


def place(item):
    return item["rule"], item["judged"] // STEP * STEP


def fit(items, k):
    """(rule, judged) -> (chance, right, n); items have `right` and `judged`."""
    seen = collections.defaultdict(list)
    for i in items:
        seen[place(i)].append(i)
    out = {}
    for rule in sorted({r for r, _ in seen}):
        blocks = []
        for j in sorted(j for r, j in seen if r == rule):
            those = seen[rule, j]
            weight = len(those) + k
            mass = sum(i["right"] + 0 for i in those) + \
                k * sum(i["judged"] for i in those) / len(those) / 1e4
            blocks.append([[j], mass, weight])
            while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] > \
                    blocks[-1][1] / blocks[-1][2]:
                js, m, w = blocks.pop()
                blocks[-1][0] += js
                blocks[-1][1] += m
                blocks[-1][2] += w
        for js, mass, weight in blocks:
            for j in js:
                those = seen[rule, j]
                out[rule, j] = (mass / weight, sum(i["right"] for i in those),
                                len(those))
    return out


def told(table, item):
    return table[place(item)][0] if place(item) in table \
        else item["judged"] / 1e4


def unseen(items, k):
    """Confidences by tables that never saw the text, once a shuffle."""
    texts = sorted({i["text"] for i in items})
    rng, rounds = random.Random(1), []
    for _ in range(SHUFFLES):
        rng.shuffle(texts)
        pairs = []
        for f in range(FOLDS):
            held = set(texts[f::FOLDS])
            table = fit([i for i in items if i["text"] not in held], k)
            pairs += [(told(table, i), i["right"]) for i in items
                      if i["text"] in held]
        rounds.append(pairs)
    return rounds


def loss(rounds):
    flat = [p for pairs in rounds for p in pairs]
    return -sum(math.log(min(max(c if x else 1 - c, 1e-4), 1))
                for c, x in flat) / len(flat)


def best_weight(items):
    return min(WEIGHTS, key=lambda k: loss(unseen(items, k)))


def write_table(path, items):
    k = best_weight(items)
    table = fit(items, k)
    lines = [HEAD.format(n=len(items), k=k)]
    lines += [f'INC_SURE("{rule}", {j}, {round(p * 1e4)}, {right}, {n})\n'
              for (rule, j), (p, right, n) in sorted(table.items())]
    path.write_text("".join(lines))
    return k


def report(items):
    """Lines to print, and the same as a dict."""
    out, found = [], {}
    for half in ("dev", "held", "fresh"):
        some = [i for i in items if i["half"] == half]
        now = [(i["confidence"] / 1e4, i["right"]) for i in some]
        before = [(i["judged"] / 1e4, i["right"]) for i in some]
        if not some:
            continue
        low = [x for c, x in now if c < .5]
        found[half] = {"items": len(some), "ece": ece(now),
                       "ece_judged": ece(before), "by_chance": by_chance(now),
                       "not_sure": len(low), "not_sure_right": sum(low)}
        line = (f"calibration {half:6} ECE {ece(now):.3f} (as the rules judge "
                f"{ece(before):.3f}; perfect, by chance {by_chance(now):.3f}), "
                f"{len(some)} items, {len(low)} under 50 %")
        if half == "dev":
            k = best_weight(some)
            crossed = sum(map(ece, unseen(some, k))) / SHUFFLES
            found[half].update(cross_validated=crossed, k=k)
            line += f"; refitted and cross-validated {crossed:.3f}"
        out.append(line)
    return out, found


def plot(path, items):
    from bench.harness.plots import COLOURS, plt
    figure, axes = plt.subplots(figsize=(5.2, 5))
    axes.plot([0, 100], [0, 100], color="#999999", linewidth=1)
    for i, half in enumerate(("dev", "held", "fresh")):
        pairs = [(x["confidence"] / 1e4, x["right"]) for x in items
                 if x["half"] == half]
        if not pairs:
            continue
        rows = bins(pairs)
        axes.plot([100 * c for _, c, _ in rows], [100 * r for _, _, r in rows],
                  color=COLOURS[i], marker="os^"[i],
                  label=f"{half}: ECE {ece(pairs):.3f}, {len(pairs)} items")
        for n, c, r in rows:
            axes.annotate(n, (100 * c, 100 * r), xytext=(5, -9), fontsize=7,
                          textcoords="offset points", color=COLOURS[i])
    axes.set(xlabel="confidence told, percent", ylabel="right, percent",
             xlim=(0, 100), ylim=(0, 104), title="items of drafts")
    axes.legend(loc="upper left")
    figure.tight_layout()
    figure.savefig(f"{path}.svg", metadata={"Date": None})
    figure.savefig(f"{path}.png", dpi=120)


def save(path, found):
    path.write_text(json.dumps(found, indent=1) + "\n")
