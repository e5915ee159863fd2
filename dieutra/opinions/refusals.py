"""Why answers are not taken, in the languages of the questionnaire: people without Vietnamese answer too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dieutra.engine.refusals import Invalid, Problem

RELOAD = "Hãy tải lại trang; những gì đã lưu vẫn còn."
RELOAD_EN = "Please load the page again; what was saved is still there."

FOREIGN = {
    "vi": f"Nội dung gửi lên có câu không thuộc phiếu này. {RELOAD}",
    "en": f"Something came that is no question of this questionnaire. {RELOAD_EN}",
}
SHAPELESS = {
    "vi": f"Dữ liệu gửi lên không đúng dạng. {RELOAD}",
    "en": f"What came could not be read. {RELOAD_EN}",
}
UNREADABLE = {
    "vi": "Có ký tự không lưu được trong câu trả lời. Hãy xóa nội dung ô đó và gõ lại.",
    "en": "An answer has a character that cannot be kept. Please clear that field and type it again.",
}
NOT_OFFERED = {
    "vi": f"Có câu trả lời không nằm trong các lựa chọn của phiếu. {RELOAD}",
    "en": f"An answer is none of those that the questionnaire offers. {RELOAD_EN}",
}
TOO_LONG = {
    "vi": "Phần trả lời bằng lời dài quá. Hãy rút ngắn, còn khoảng 1.000 ký tự.",
    "en": "Your answers in words are too long. Please shorten them to about 1,000 characters.",
}


class NotTaken(Invalid):
    """`said` is the refusal by language; the message is the Vietnamese."""

    def __init__(self, said: Mapping[str, str], problems: Sequence[Problem] = ()) -> None:
        super().__init__(said["vi"], problems)
        self.said = said


def one_too_long(message: Mapping[str, str]) -> dict[str, str]:
    """`message` is what the form says of the answer, by language."""
    return {
        "vi": f"Một câu trả lời {message.get('vi', 'dài quá').rstrip('.')}.",
        "en": f"An answer {message.get('en', 'is too long').rstrip('.')}.",
    }


def unfinished(many: int) -> dict[str, str]:
    return {
        "vi": f"Chưa gửi được: còn {many} câu cần xem lại.",
        "en": f"Not sent: {many} question{'s' if many > 1 else ''} still to be looked at.",
    }
