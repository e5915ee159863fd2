"""Names of messages for the world outside: opaque, of one purpose each, and the former ones are still understood."""

from __future__ import annotations

import pytest
from django.core import signing

from dieutra.messages import names
from dieutra.messages.letter import FORMER_UNSUBSCRIBE, _seal, number_in, number_of_link


def test_a_name_leads_back_to_its_number_and_serves_one_purpose() -> None:
    for number in (1, 255, 256, 10**12):
        name = names.name_of(number, names.MAIL)
        assert names.name_of(number, names.MAIL) == name, "each try is the same mail"
        assert names.number_of(name, names.MAIL) == number
        assert names.number_of(name, names.UNSUBSCRIBE) is None


def test_names_of_consecutive_numbers_have_nothing_in_common() -> None:
    rows = [names.name_of(it, names.MAIL) for it in range(1, 200)]
    assert rows != sorted(rows)
    assert len({it[:4] for it in rows}) > 150 and len({it[-4:] for it in rows}) > 150


def test_another_installation_s_name_is_none_of_ours(settings: object) -> None:
    name = names.name_of(7, names.MAIL)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert names.number_of(name, names.MAIL) is None


@pytest.mark.parametrize("change", [lambda it: "0" * 32, lambda it: it[::-1], lambda it: it[:-1] + "x"])
def test_a_made_up_name_names_nothing(change: object) -> None:
    name = change(names.name_of(7, names.MAIL))  # type: ignore[operator]
    assert number_in(f"<{name}@x>") is None and number_of_link(name) is None


def test_letters_that_left_under_the_former_names_are_still_known() -> None:
    assert number_in(f"<m12.{_seal(12)}@x>") == 12
    assert number_in(f"<m13.{_seal(12)}@x>") is None
    assert number_of_link(signing.Signer(salt=FORMER_UNSUBSCRIBE).sign("12")) == 12
    assert number_of_link("12:gia-mao") is None
