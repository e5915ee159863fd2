"""Vietnamese text: kept in one spelling, found without tone marks, sorted as a Vietnamese dictionary does."""

from __future__ import annotations

import random
import unicodedata

import pytest

from dieutra.engine.text import ALPHABET, normal_name, search_key, sort_key_vi


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Tỉnh Hà Nam", "tinh ha nam"),
        ("Thị xã Chơn Thành", "thi xa chon thanh"),
        ("ĐÀO Đức", "dao duc"),
        ("Bà Rịa - Vũng Tàu", "ba ria vung tau"),
        ("  Nguyễn\u00a0Văn\tAn. ", "nguyen van an"),
        ("Phường 12, Q.Gò Vấp", "phuong 12 q go vap"),
        ("Ðắk_Lắk", "dak lak"),
        ("Cư M'gar", "cu m gar"),
        ("", ""),
        ("…!?", ""),
    ],
)
def test_a_search_key_has_no_tone_marks_no_punctuation_and_single_spaces(text: str, key: str) -> None:
    assert search_key(text) == key


@pytest.mark.parametrize("text", ["Hoà Bình", "Hòa Bình", "HÒA BÌNH", "Ho\u0300a Bi\u0300nh", "hoa binh"])
def test_both_places_of_the_tone_and_both_unicode_forms_share_one_search_key(text: str) -> None:
    assert search_key(text) == "hoa binh"


def test_a_search_key_of_a_search_key_is_itself() -> None:
    for text in ("Thành phố Hồ Chí Minh", "Ea H'leo", "Đắk Đoa"):
        assert search_key(search_key(text)) == search_key(text)


def test_a_normal_name_is_composed_with_single_spaces_and_nothing_invisible() -> None:
    typed = " \ufeff" + unicodedata.normalize("NFD", "Nguyễn  Thị\n Đào") + "\u200b"
    assert normal_name(typed) == "Nguyễn Thị Đào"


def test_a_normal_name_keeps_the_official_spelling() -> None:
    assert normal_name("Hoà") == "Hoà" != normal_name("Hòa")


def in_order(*words: str) -> None:
    shuffled = list(words)
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key_vi) == list(words)


def test_tones_sort_ngang_huyen_hoi_nga_sac_nang() -> None:
    in_order("ma", "mà", "mả", "mã", "má", "mạ")
    in_order("ô", "ồ", "ổ", "ỗ", "ố", "ộ")


def test_letters_sort_in_the_order_of_the_alphabet() -> None:
    in_order(*ALPHABET)
    in_order("An", "Ăn", "Ân", "Ba", "Da", "Đa", "Em", "Êm", "Ong", "Ông", "Ơn", "Ung", "Ưng", "Vang")


def test_a_tone_decides_only_when_all_letters_are_the_same() -> None:
    in_order("Hạ Long", "Hà Nam", "Hà Tĩnh")
    in_order("Lạng Sơn", "Lào Cai", "Lâm Đồng")


def test_a_shorter_name_stands_before_a_longer_one_that_begins_with_it() -> None:
    in_order("Tân", "Tấn", "Tân An", "Tân Bình", "Tâng")


def test_capitals_unicode_forms_and_spaces_do_not_change_the_order() -> None:
    assert sort_key_vi("ĐÀ NẴNG") == sort_key_vi(unicodedata.normalize("NFD", " đà  nẵng "))


def test_numbers_sort_by_value() -> None:
    in_order("Phường 1", "Phường 2", "Phường 10", "Phường 11", "Phường An")


def test_a_sort_key_is_digits_only_so_that_every_collation_agrees() -> None:
    for text in ("Quần đảo Trường Sa", "Ea H'leo", "Ấp 3A", "Łódź – 東京", ""):
        assert sort_key_vi(text).isdigit()


def test_a_sort_key_fits_its_column() -> None:
    for text in ("ộ" * 150, "1 " * 75, "東" * 50):
        assert len(sort_key_vi(text)) <= 600
