"""Collect's XML into answers and back, and what hostile XML gets instead."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.submission import (
    MAX_BYTES,
    SubmissionError,
    read_head,
    read_submission,
    write_submission,
)
from tests.engine.markdown import form

HOUSEHOLD = form("""
    | survey |
    |        | type         | name  | label    | calculation | required |
    |        | text         | thon  | Thôn     |             | yes      |
    |        | begin repeat | nguoi | Người    |             |          |
    |        | text         | ten   | Tên      |             | yes      |
    |        | begin repeat | nghe  | Nghề     |             |          |
    |        | text         | gi    | Nghề gì  |             |          |
    |        | end repeat   |       |          |             |          |
    |        | end repeat   |       |          |             |          |
    |        | image        | anh   | Ảnh      |             |          |
    |        | calculate    | so    |          | count(${nguoi}) |      |
""")
ANSWERS = {
    "/data/thon": "Thôn Đông & “Tây” <1>",
    "/data/nguoi": "1 2",
    "/data/nguoi[1]/ten": "Nguyễn Văn Ân",
    "/data/nguoi[2]/ten": "  khoảng trắng giữ lại  ",
    "/data/nguoi[2]/nghe": "1 2",
    "/data/nguoi[2]/nghe[2]/gi": "thợ\nmộc",
    "/data/anh": "nha.jpg",
}
XML = write_submission(HOUSEHOLD, ANSWERS, instance_id="uuid:4d1c").encode()


def test_what_is_written_is_read_again() -> None:
    read = read_submission(HOUSEHOLD, XML)
    assert read.answers == ANSWERS
    assert (read.form_id, read.version, read.instance_id) == (HOUSEHOLD.id, "1", "uuid:4d1c")
    assert (read.files, read.unknown) == (("nha.jpg",), ())


MONEY = form("""
    | survey |
    |        | type     | name | label   | parameters              |
    |        | decimal  | tien | Tiền    |                         |
    |        | range    | diem | Điểm    | start=0 end=1 step=0.25 |
    |        | text     | chu  | Chữ     |                         |
    |        | geopoint | toa  | Tọa độ  |                         |
""")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2.5E7", "25000000"),
        ("1.23456785E7", "12345678.5"),
        ("-1.2345678901225E11", "-123456789012.25"),
        ("1.0E-4", "0.0001"),
        ("3.0", "3.0"),
        ("1e3", "1e3"),
    ],
)
def test_a_large_decimal_of_a_phone_is_kept_as_people_write_it(sent: str, kept: str) -> None:
    xml = f"<data id='thu'><tien>{sent}</tien><diem>{sent}</diem><chu>{sent}</chu></data>".encode()
    assert read_submission(MONEY, xml).answers == {"/data/tien": kept, "/data/diem": kept, "/data/chu": sent}


def test_a_large_decimal_of_a_phone_has_no_finding() -> None:
    answers = read_submission(
        MONEY, b"<data id='thu'><tien>2.5E7</tien><toa>21.5 105.5 1.0E-4 4.5</toa></data>"
    ).answers
    assert answers["/data/toa"] == "21.5 105.5 0.0001 4.5"
    assert evaluate(MONEY, answers).findings == ()


def test_the_head_is_read_before_the_form_is_known() -> None:
    head = read_head(write_submission(HOUSEHOLD, {}, instance_id="uuid:2", deprecated_id="uuid:1").encode())
    assert (head.form_id, head.instance_id, head.deprecated_id) == (HOUSEHOLD.id, "uuid:2", "uuid:1")


def test_rows_with_names_of_their_own_are_counted_from_one_in_the_xml() -> None:
    answers = {"/data/nguoi": "7 3", "/data/nguoi[7]/ten": "An", "/data/nguoi[3]/ten": "Bình"}
    read = read_submission(HOUSEHOLD, write_submission(HOUSEHOLD, answers, instance_id="x").encode())
    assert read.answers == {"/data/nguoi": "1 2", "/data/nguoi[1]/ten": "An", "/data/nguoi[2]/ten": "Bình"}


def test_what_the_form_does_not_have_is_named_and_left_out() -> None:
    read = read_submission(HOUSEHOLD, XML.replace(b"<thon>", b"<la><sau>1</sau></la><thon>"))
    assert (read.answers, read.unknown) == (ANSWERS, ("/data/la",))


BILLION = (
    b"""<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a "aaaaaaaaaa">%s]><data id="thu">&k;</data>"""
    % b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
)
HOSTILE = {
    "a billion laughs": BILLION,
    "a file of the server": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="thu"><thon>&x;</thon></data>',
    "an empty document type": b'<!DOCTYPE data []><data id="thu"/>',
    "nothing": b"",
    "no XML": "phiếu".encode(),
    "another form": b'<data id="khac"/>',
    "too many levels": b"<data>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</data>",
    "too large": b"<data>" + b" " * MAX_BYTES + b"</data>",
    "an encoding that nobody knows": b'<?xml version="1.0" encoding="viscii-9"?><data id="thu"/>',
    "half a sign": b'<data id="thu"><thon>\xc4</thon></data>',
    "a sign that no XML holds": b'<data id="thu"><thon>\x00</thon></data>',
}


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE)
def test_hostile_xml_is_refused_in_words_and_at_once(xml: bytes) -> None:
    started = time.process_time()
    with pytest.raises(SubmissionError, match="Bài gửi"):
        read_submission(HOUSEHOLD, xml)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("share", range(1, 100, 3))
def test_a_truncated_submission_is_refused(share: int) -> None:
    with pytest.raises(SubmissionError, match="Bài gửi"):
        read_submission(HOUSEHOLD, XML[: len(XML) * share // 100])


def test_a_hundred_thousand_rows_are_read_and_told_to_be_too_many() -> None:
    started = time.process_time()
    rows = b"<nguoi><ten>An</ten></nguoi>" * 100_000
    answers = read_submission(HOUSEHOLD, b'<data id="thu"><thon>x</thon>' + rows + b"</data>").answers
    state = evaluate(HOUSEHOLD, answers)
    assert "tối đa là 1000" in state.hard[0].message["vi"]
    assert len(answers) == 100_002
    assert time.process_time() - started < 5


@given(st.lists(st.tuples(st.integers(0, len(XML) - 1), st.binary(max_size=3)), min_size=1, max_size=8))
def test_a_submission_with_bytes_changed_is_read_or_refused(changes: list[tuple[int, bytes]]) -> None:
    broken = bytearray(XML)
    for at, replacement in changes:
        broken[at : at + len(replacement)] = replacement
    try:
        read = read_submission(HOUSEHOLD, bytes(broken))
    except SubmissionError:
        return
    evaluate(HOUSEHOLD, read.answers)


TAGS = st.sampled_from(["thon", "nguoi", "ten", "nghe", "gi", "anh", "so", "meta", "la", "data"])


@given(
    st.recursive(
        st.text(max_size=5).map(lambda text: "".join(sign for sign in text if sign.isalnum())),
        lambda inner: st.lists(st.tuples(TAGS, inner), max_size=5).map(
            lambda parts: "".join(f"<{tag}>{body}</{tag}>" for tag, body in parts)
        ),
        max_leaves=30,
    )
)
def test_any_tree_of_known_names_is_evaluated(body: str) -> None:
    read = read_submission(HOUSEHOLD, f'<data id="thu">{body}</data>'.encode())
    state = evaluate(HOUSEHOLD, read.answers, submitting=True)
    again = read_submission(HOUSEHOLD, write_submission(HOUSEHOLD, state.values, instance_id="x").encode())
    assert again.answers == {path: text for path, text in state.values.items() if text.strip()}
