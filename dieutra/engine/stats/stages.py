"""A sample in three stages (districts, communes, people) with a certificate that anybody can replay.

Two stages work alike; the last stage draws people by simple random sampling or systematically.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.stats.draw import by_size, chance, simple_random, systematic

VERSION = "dieutra-sample-1"


class Method(StrEnum):
    RANDOM = "srs"
    BY_SIZE = "pps"
    SYSTEMATIC = "systematic"


@dataclass(frozen=True)
class Stage:
    """`take` units below each unit of the stage before (all, where there are fewer)."""

    name: str
    method: Method
    take: int


@dataclass(frozen=True)
class Line:
    """One person of the frame, by a code of her own, and where she is: (district, commune)."""

    code: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """`probabilities` by stage; `inclusion` is their product, and 1/inclusion the design weight."""

    code: str
    path: tuple[str, ...]
    probabilities: tuple[Fraction, ...]

    @property
    def inclusion(self) -> Fraction:
        product = Fraction(1)
        for probability in self.probabilities:
            product *= probability
        return product


@dataclass(frozen=True)
class Certificate:
    """All that is needed to draw again: seed, digest of the frame, version of the procedure, stages, and what came out."""

    version: str
    seed: str
    frame_sha256: str
    frame_size: int
    stages: tuple[Stage, ...]
    drawn: tuple[Drawn, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "version": self.version,
            "seed": self.seed,
            "frame": {"sha256": self.frame_sha256, "size": self.frame_size},
            "stages": [{"name": s.name, "method": s.method.value, "take": s.take} for s in self.stages],
            "drawn": [
                {"code": d.code, "path": list(d.path), "probabilities": [str(p) for p in d.probabilities],
                 "inclusion": str(d.inclusion)}
                for d in self.drawn
            ],
        }  # fmt: skip


def digest(frame: Sequence[Line]) -> str:
    """SHA-256 over a line per person, `path/…/code` and a line feed, sorted: the order of the frame does not matter."""
    lines = sorted("/".join((*line.path, line.code)) + "\n" for line in frame)
    return sha256("".join(lines).encode()).hexdigest()


def draw(frame: Sequence[Line], stages: Sequence[Stage], seed: str) -> Certificate:
    """The sample of a frame. Raises Invalid for a frame or stages that cannot be drawn from."""
    _check(frame, stages, seed)
    drawn: list[Drawn] = []
    _descend(list(frame), tuple(stages), seed, (), (), drawn)
    drawn.sort(key=lambda one: (one.path, one.code))
    return Certificate(VERSION, seed, digest(frame), len(frame), tuple(stages), tuple(drawn))


def replay(certificate: Certificate, frame: Sequence[Line]) -> None:
    """Draws again. Raises Invalid that says what differs: procedure, frame, or what was drawn."""
    if certificate.version != VERSION:
        raise _not_the_same("Phiên bản", f"Chứng thư ghi {certificate.version}, ở đây là {VERSION}.")
    if certificate.frame_sha256 != digest(frame) or certificate.frame_size != len(frame):
        raise _not_the_same("Khung mẫu", "Khung mẫu không phải khung đã dùng khi chọn mẫu.")
    again = draw(frame, certificate.stages, certificate.seed)
    if again != certificate:
        raise _not_the_same(
            "Kết quả chọn", "Chọn lại từ cùng khung và cùng số gốc cho kết quả khác chứng thư."
        )


def _descend(
    frame: list[Line], stages: tuple[Stage, ...], seed: str, path: tuple[str, ...],
    so_far: tuple[Fraction, ...], drawn: list[Drawn],
) -> None:  # fmt: skip
    stage, deeper = stages[0], stages[1:]
    where = "/".join((stage.name, *path))
    if not deeper:
        chosen = _chosen({line.code: 1 for line in frame}, stage, seed, where)
        drawn += [Drawn(code, path, (*so_far, chosen[code])) for code in chosen]
        return
    below: dict[str, list[Line]] = {}
    for line in frame:
        below.setdefault(line.path[len(path)], []).append(line)
    chosen = _chosen({code: len(lines) for code, lines in below.items()}, stage, seed, where)
    for code, probability in chosen.items():
        _descend(below[code], deeper, seed, (*path, code), (*so_far, probability), drawn)


def _chosen(sizes: Mapping[str, int], stage: Stage, seed: str, where: str) -> dict[str, Fraction]:
    take = min(stage.take, len(sizes))
    if stage.method is Method.BY_SIZE:
        return by_size(sizes, take, seed, where)
    codes = sorted(sizes)
    if stage.method is Method.RANDOM:
        return simple_random(codes, take, seed, where)
    start = chance(seed, where) * Fraction(len(codes), take)
    return {codes[place - 1]: Fraction(take, len(codes)) for place in systematic(len(codes), take, start)}


def _check(frame: Sequence[Line], stages: Sequence[Stage], seed: str) -> None:
    problems = []
    if not seed.strip():
        problems.append(Problem("Số gốc", "Hãy ghi số gốc (seed), thí dụ kết quả bốc thăm có biên bản."))
    if not stages or any(stage.take < 1 for stage in stages):
        problems.append(Problem("Các bước chọn", "Mỗi bước phải chọn ít nhất một."))
    if len({line.code for line in frame}) < len(frame):
        problems.append(Problem("Khung mẫu", "Có mã lặp lại; mỗi người phải có một mã riêng."))
    if not frame or any(len(line.path) != len(stages) - 1 for line in frame):
        problems.append(
            Problem(
                "Khung mẫu", f"Mỗi dòng cần {max(len(stages) - 1, 0)} cấp địa bàn và khung không được trống."
            )
        )
    if any("/" in part or "\n" in part for line in frame for part in (*line.path, line.code)):
        problems.append(Problem("Khung mẫu", "Mã không được có dấu gạch chéo hay xuống dòng."))
    if problems:
        raise Invalid("Chưa chọn mẫu được.", problems)


def _not_the_same(place: str, message: str) -> Invalid:
    return Invalid("Chứng thư chọn mẫu không khớp.", [Problem(place, message)])
