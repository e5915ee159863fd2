"""A line of the self-check, and the register of the functions that make one each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

PASS, FAIL, NOT_APPLICABLE, PERSON = "pass", "fail", "na", "person"
RESULTS = {PASS: "Đạt", FAIL: "Không đạt", NOT_APPLICABLE: "Không áp dụng", PERSON: "Cần người xác nhận"}

# Where a requirement comes from. Only what the project's record of sources names; nothing is invented.
QCVN = "QCVN 12:2026/BCA (TT 47/2026/TT-BCA), dùng làm mức mặc định"
LEVELS = "NĐ 85/2016/NĐ-CP, TCVN 11930:2017 (cấp độ an toàn hệ thống thông tin)"
PRACTICE = "Thực tiễn Tổng điều tra kinh tế 2021: báo cáo của một bộ ngày 19/3/2021"
PERSONAL = "Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP (bảo vệ dữ liệu cá nhân)"
DIGITAL = "NĐ 224/2026/NĐ-CP"
OWN = "Yêu cầu của chính phần mềm (an toàn mặc định)"
SOURCES_NOTE = (
    "QCVN 12:2026/BCA áp dụng cho hệ thống lưu trữ tài liệu điện tử của cơ quan Đảng, Nhà nước; ở đây các con số của "
    "quy chuẩn được dùng làm mức mặc định. Cơ quan đánh giá đối chiếu với văn bản gốc và cấp độ của hệ thống."
)


@dataclass(frozen=True)
class Line:
    code: str
    part: str
    title: str
    source: str
    result: str
    evidence: tuple[str, ...]

    @property
    def result_words(self) -> str:
        return RESULTS[self.result]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "evidence": list(self.evidence)}


Found = tuple[str, list[str]]  # result, evidence
Look = Callable[[], Found]


@dataclass(frozen=True)
class Check:
    code: str
    part: str
    title: str
    source: str
    look: Look


CHECKS: list[Check] = []


def check(part: str, code: str, title: str, source: str) -> Callable[[Look], Look]:
    """Register a function that looks at the running installation."""

    def register(look: Look) -> Look:
        CHECKS.append(Check(code, part, title, source, look))
        return look

    return register


def decided(good: bool, *evidence: str) -> Found:
    return (PASS if good else FAIL), list(evidence)


def looked(it: Check) -> Line:
    """A check that breaks down has found nothing good."""
    try:
        result, evidence = it.look()
    except Exception as error:
        result, evidence = FAIL, [f"Không kiểm tra được: {type(error).__name__}."]
    return Line(it.code, it.part, it.title, it.source, result, tuple(evidence))
