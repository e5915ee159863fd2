"""How well the signals of interference find planted cheating: precision and recall, per signal and together.

    scripts/bench interference                   # ten seeds that the thresholds were not set on; --seeds N for fewer
    scripts/bench interference --calibrate       # what honest bodies score on the seeds they were set on

80 bodies, about 50,000 answers per seed, 15 bodies cheat (bench/simulated). A body is found by a signal that scores at
least `suspect`. Beside it two plain ways: at least half of a body's answers from one network; any browser with four
answers. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.simulated.cheating import CHEATS, plant
from bench.simulated.opinions import ITEMS, Answer, Country, tables
from dieutra.engine.signals.finding import NAMES
from dieutra.engine.signals.run import Looked, look
from dieutra.engine.signals.thresholds import Thresholds

SET_ON, MEASURED_ON = range(1, 6), range(401, 411)
LIMITS = Thresholds()
LEVELS = ("look", "suspect", "clear")


def most(country: Country, key: Callable[[Answer], str], least: Callable[[int], float]) -> set[str]:
    """Bodies where the commonest key that is not '' has at least as many answers as `least` says for their number."""
    found = set()
    for body in country.bodies:
        counted = Counter(key(answer) for answer in body.answers if key(answer))
        if counted.most_common(1)[0][1] >= least(len(body.answers)):
            found.add(body.code)
    return found


def found_by(looked: Looked, country: Country) -> dict[str, set[str]]:
    """Bodies found by each signal, by the levels and by the plain ways."""
    found: dict[str, set[str]] = {
        signal: {v.body for v in looked.verdicts if v.scores.get(signal, 0) >= LIMITS.suspect}
        for signal in NAMES
    }
    for at, level in enumerate(LEVELS):
        found[f"level {level}"] = {v.body for v in looked.verdicts if v.level in LEVELS[at:]}
    found["plain: half on one network"] = most(country, lambda answer: answer.network, lambda n: n / 2)
    found["plain: 4 on one browser"] = most(country, lambda answer: answer.device, lambda n: 4)
    return found


class Count:
    """Bodies found and missed over all seeds."""

    def __init__(self) -> None:
        self.right = self.wrong = 0
        self.by_way: Counter[str] = Counter()

    def add(self, found: set[str], planted: dict[str, str]) -> None:
        self.right += len(found & planted.keys())
        self.wrong += len(found - planted.keys())
        self.by_way.update(planted[body] for body in found & planted.keys())


def measure(seeds: range) -> dict[str, object]:
    counts: dict[str, Count] = {}
    planted_of: Counter[str] = Counter()
    answers, seconds, honest = 0, [], 0
    for seed in seeds:
        country = Country(seed)
        planted = plant(country)
        planted_of.update(planted.values())
        honest += len(country.bodies) - len(planted)
        given = tables(country.bodies)
        begun = time.perf_counter()
        looked = look(*given, ITEMS, LIMITS)
        seconds.append(time.perf_counter() - begun)
        answers += looked.answers
        for name, found in found_by(looked, country).items():
            counts.setdefault(name, Count()).add(found, planted)
    total = sum(planted_of.values())
    print(f"{len(seeds)} seeds, {answers} answers, {honest} honest and {total} cheating bodies in all")
    print(f"{'found by':28} precision recall  false | recall by way: {', '.join(CHEATS)}")
    result: dict[str, dict[str, float]] = {}
    for name, count in counts.items():
        precision = count.right / max(1, count.right + count.wrong)
        ways = {way: count.by_way[way] / planted_of[way] for way in CHEATS}
        result[name] = {"precision": round(precision, 3), "recall": round(count.right / total, 3),
                        "false": count.wrong, **{way: round(part, 2) for way, part in ways.items()}}  # fmt: skip
        shown = "  ".join(f"{part:4.2f}" for part in ways.values())
        print(f"{name:28} {precision:9.3f} {count.right / total:6.3f} {count.wrong:6} | {shown}")
    middle = sorted(seconds)[len(seconds) // 2]
    print(f"all signals over {answers // len(seeds)} answers: median {middle:.2f} s of {len(seconds)} runs")
    return {"seeds": list(seeds), "answers": answers, "honest": honest, "cheating": total,
            "median_seconds": round(middle, 2), "found_by": result}  # fmt: skip


def calibrate() -> dict[str, object]:
    """What the honest bodies of the other seeds score, by signal: the highest tenth shows where thresholds may lie."""
    scores: dict[str, list[int]] = {signal: [] for signal in NAMES}
    cheats: dict[str, list[int]] = {signal: [] for signal in NAMES}
    for seed in SET_ON:
        country = Country(seed)
        planted = plant(country)
        for verdict in look(*tables(country.bodies), ITEMS, LIMITS).verdicts:
            for signal, score in verdict.scores.items():
                (cheats if verdict.body in planted else scores)[signal].append(score)
    for signal in NAMES:
        print(f"{signal:9} honest {sorted(scores[signal])[-12:]}  cheating {sorted(cheats[signal])}")
    return {
        "seeds": list(SET_ON),
        "honest_most": {signal: max(found, default=0) for signal, found in scores.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--seeds", type=int, default=len(MEASURED_ON))
    options = parser.parse_args()
    result = calibrate() if options.calibrate else measure(MEASURED_ON[: options.seeds])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
