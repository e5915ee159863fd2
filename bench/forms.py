"""Loading and validating a form of 500 questions with nested repeats, beside pyxform alone and reading the XML.

    scripts/bench forms            # --rounds N

Prints medians; times are of this process, the machine's other work left out. Read the ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from dieutra.engine.forms import check, through_pyxform
from dieutra.engine.forms.form import Form
from dieutra.engine.forms.submission import read_submission, write_submission
from dieutra.engine.forms.xlsform import load
from tests.engine.large_form import response, workbook


def timed(act: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of this process."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        act()
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def loading(book: bytes, rounds: int) -> Form:
    alone: list[float] = []
    convert = through_pyxform.convert

    def watched(*given: object, **named: object) -> object:
        started = time.process_time()
        made = convert(*given, **named)  # type: ignore[arg-type]
        alone.append((time.process_time() - started) * 1000)
        return made

    through_pyxform.convert = watched  # type: ignore[assignment]
    whole = timed(lambda: load(book), rounds)
    through_pyxform.convert = convert
    form = load(book).form
    kept = json.dumps(form.to_json())
    ready = timed(lambda: check.evaluate(Form.from_json(json.loads(kept)), {}), rounds)
    questions = sum(node.type is not None for node in form.nodes)
    print(f"{questions} questions, {len(form.checks)} constraints, {len(form.repeats)} repeats")
    part = statistics.median(alone)
    print(f"from the workbook   {whole:8.1f} ms   {whole / part:.2f} × pyxform alone ({part:.1f} ms)")
    print(f"as published        {ready:8.1f} ms   read from JSON, compiled, and an empty response evaluated")
    return form


def validating(form: Form, households: int, members: int, rounds: int) -> None:
    answers = response(form, households, members)
    xml = write_submission(form, answers, instance_id="uuid:1").encode()
    reading = timed(lambda: read_submission(form, xml), rounds)
    took = timed(lambda: check.evaluate(form, answers), rounds)
    ratio = f"{took / reading:.2f} × reading its XML ({reading:.1f} ms)"
    print(f"{len(answers):6} answers      {took:8.1f} ms   {ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    form = loading(workbook(), rounds)
    for households, members in ((1, 1), (1, 4), (3, 4), (10, 4)):
        validating(form, households, members, rounds)


if __name__ == "__main__":
    main()
