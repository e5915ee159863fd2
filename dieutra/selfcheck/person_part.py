"""Lines on which the software cannot look: a person answers with a note and a file, a second one of another role agrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from dieutra.people.models import Role
from dieutra.selfcheck.centres import binding
from dieutra.selfcheck.lines import DIGITAL, LEVELS, PERSON, PERSONAL, PRACTICE, QCVN, Line
from dieutra.selfcheck.models import Answer

PART = "Việc do người xác nhận"
QUARTER, YEAR = 92, 366


@dataclass(frozen=True)
class Asked:
    code: str
    title: str
    source: str
    days: int  # how long an answer counts
    what: str  # what to bring


ASKED = (
    Asked("outside-assessment", "Đánh giá an toàn trước khi vận hành, và hằng năm", f"{QCVN}; {PRACTICE}", YEAR,
          "Kết quả đánh giá của cơ quan, tổ chức chuyên trách và việc đã khắc phục."),
    Asked("security-level", "Cấp độ an toàn hệ thống thông tin đã xác định", f"{LEVELS}; {DIGITAL}", YEAR,
          "Quyết định phê duyệt cấp độ, hoặc văn bản đang trình."),
    Asked("backups", "Sao lưu 3-2-1, có một bản ngoại tuyến không sửa được", QCVN, QUARTER,
          "Nơi giữ ba bản, ngày của bản mới nhất."),
    Asked("restore", "Thử khôi phục từ bản sao lưu hằng quý", QCVN, QUARTER, "Biên bản thử khôi phục."),
    Asked("vulnerability-scan", "Quét lỗ hổng hằng quý", QCVN, QUARTER, "Kết quả quét và việc đã khắc phục."),
    Asked("log-review", "Xem nhật ký hằng tuần, người quản trị nhật ký riêng", QCVN, QUARTER,
          "Ai xem, lịch xem, lần gần nhất."),
    Asked("server-logs", "Giữ nhật ký máy chủ ít nhất 12 tháng", QCVN, YEAR, "Nơi giữ, thời hạn đã đặt."),
    Asked("time-sync", "Đồng bộ thời gian của các máy chủ", QCVN, QUARTER, "Nguồn giờ và kết quả kiểm tra."),
    Asked("dmarc", "DMARC của tên miền gửi thư", QCVN, YEAR, "Bản ghi DMARC, SPF đang công bố."),
    Asked("network", "TLS, tường lửa và mạng trước máy chủ", LEVELS, YEAR, "Cấu hình TLS, cổng mở, chứng thư."),
    Asked("personal-data", "Căn cứ và cách xử lý dữ liệu cá nhân", PERSONAL, YEAR,
          "Căn cứ thu thập, thời hạn lưu, người phụ trách."),
    Asked("response-team", "Người ứng phó sự cố đã được cử", PRACTICE, YEAR, "Quyết định, số liên lạc trực."),
)  # fmt: skip
BY_CODE = {it.code: it for it in ASKED}


def person_lines() -> list[Line]:
    """Each with the latest answer that counts: agreed to, and not too old."""
    latest: dict[str, Answer] = {}
    related = ("by", "verdict__by")
    agreed = binding(Answer.objects.filter(verdict__agrees=True))
    for answer in agreed.select_related(*related).order_by("at", "pk"):
        latest[answer.code] = answer
    return [_line(it, latest.get(it.code)) for it in ASKED]


def _line(it: Asked, answer: Answer | None) -> Line:
    if answer is None or answer.at < timezone.now() - timedelta(days=it.days):
        old = (
            f" Câu trả lời ngày {timezone.localtime(answer.at):%d/%m/%Y} đã quá {it.days} ngày."
            if answer
            else ""
        )
        return Line(it.code, PART, it.title, it.source, PERSON, (f"Cần: {it.what}{old}",))
    second = answer.verdict
    evidence = [
        answer.note,
        f"{answer.by.full_name} ({Role(answer.role).label}) trả lời {timezone.localtime(answer.at):%d/%m/%Y}",
        f"{second.by.full_name} ({Role(second.role).label}) xác nhận {timezone.localtime(second.at):%d/%m/%Y}",
    ]
    if answer.file_sha256:
        evidence.append(f"Tệp {answer.file_name}, SHA-256 {answer.file_sha256}")
    return Line(it.code, PART, it.title, it.source, answer.result, tuple(evidence))
