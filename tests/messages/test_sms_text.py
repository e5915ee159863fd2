"""Numbers, alphabets and segments."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dieutra.messages.sms.numbers import normalise, with_number
from dieutra.messages.sms.text import BASIC, segments, without_marks
from dieutra.people.models import Post, User
from tests.cast import World

NUMBERS = {
    "0912345678": "+84912345678", "0912.345.678": "+84912345678", "(+84) 912-345-678": "+84912345678",
    "84912345678": "+84912345678", "0084 912 345 678": "+84912345678", "+840912345678": "",
    "02203841234": "", "0123456789": "", "09123456789": "", "091234567": "", "": "", "khong co": "",
    "+1 912 345 678": "", "0312345678\u00a0": "+84312345678", "0512345678": "+84512345678",
    "０９１２３４５６７８": "", "0912345678 / 0987654321": "",
}  # fmt: skip


@pytest.mark.parametrize(("written", "number"), NUMBERS.items())
def test_a_number_has_one_form_however_it_is_written(written: str, number: str) -> None:
    assert normalise(written) == number


def test_the_database_reads_numbers_like_python_does(world: World) -> None:
    post = Post.objects.get(user__username="don.vi")
    for written, number in NUMBERS.items():
        User.objects.filter(pk=post.user_id).update(phone=written[:20])
        found = with_number(Post.objects.filter(pk=post.pk), "number").get()
        assert found.number == normalise(written[:20]) == (number if len(written) <= 20 else found.number)


@pytest.mark.parametrize(
    ("text", "coding", "count"),
    [
        ("a" * 160, "gsm7", 1), ("a" * 161, "gsm7", 2), ("a" * 306, "gsm7", 2), ("a" * 307, "gsm7", 3),
        ("đ" * 70, "ucs2", 1), ("đ" * 71, "ucs2", 2), ("đ" * 134, "ucs2", 2), ("đ" * 135, "ucs2", 3),
        ("€" * 80, "gsm7", 1), ("€" * 81, "gsm7", 2), ("@£$¥èéùìòÇ", "gsm7", 1), ("ê", "ucs2", 1), ("", "gsm7", 1),
        # 152 + € does not fit 153: the two septets of € go on together
        ("a" * 152 + "€" + "a" * 152, "gsm7", 3), ("😀" * 33 + "ab", "ucs2", 1), ("😀" * 36, "ucs2", 2),
    ],
)  # fmt: skip
def test_segments_are_those_of_the_standard(text: str, coding: str, count: int) -> None:
    cut = segments(text)
    assert (cut.coding, cut.count) == (coding, count)


@given(st.text(max_size=700))
def test_no_letter_is_cut_and_none_is_lost(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    cut = segments(text)
    if cut.coding == "ucs2":
        assert "".join(part.decode("utf-16-be") for part in cut.parts) == unicodedata.normalize("NFC", text)
        assert all(len(part) <= (140 if cut.count == 1 else 134) for part in cut.parts)
    else:
        assert not any(part.endswith(b"\x1b") for part in cut.parts), "an escape is followed by its letter"
        assert all(len(part) <= (160 if cut.count == 1 else 153) for part in cut.parts)


def test_vietnamese_without_marks_fits_the_small_alphabet() -> None:
    text = "Đề nghị Quý đơn vị gửi phiếu trước ngày 30/6/2026 – “Tổng điều tra” … Ưu, ỡ, ặ, ỹ"
    plain = without_marks(text)
    assert plain == 'De nghi Quy don vi gui phieu truoc ngay 30/6/2026 - "Tong dieu tra" ... Uu, o, a, y'
    assert segments(plain).coding == "gsm7"
    assert segments(text).coding == "ucs2"


def test_the_alphabet_is_that_of_3gpp_23_038() -> None:
    assert len(BASIC) == 128
    assert {letter: BASIC.index(letter) for letter in "@£$é\nΔ A§a¿àü?"} == {
        "@": 0x00, "£": 0x01, "$": 0x02, "é": 0x05, "\n": 0x0A, "Δ": 0x10, " ": 0x20, "A": 0x41, "§": 0x5F, "a": 0x61,
        "¿": 0x60, "à": 0x7F, "ü": 0x7E, "?": 0x3F,
    }  # fmt: skip
