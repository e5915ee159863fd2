"""What a log line does not say."""

from __future__ import annotations

import io
import logging

import pytest

from dieutra.opinions.tokens import link_of, shown
from dieutra.web.logs import NoTokens

CODE = "ABCDEFGHJKLMNPQRSTUVWXY23"


@pytest.fixture
def log() -> logging.Logger:
    found = logging.Logger("thử")
    found.stream = io.StringIO()  # type: ignore[attr-defined]
    handler = logging.StreamHandler(found.stream)  # type: ignore[attr-defined]
    handler.addFilter(NoTokens())
    found.addHandler(handler)
    return found


def said(log: logging.Logger) -> str:
    return str(log.stream.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "written",
    [
        CODE,
        shown(CODE),
        CODE.lower(),
        shown(CODE).lower(),
        link_of(CODE),
        f"code={CODE}&x",
        f"'{shown(CODE)}'",
    ],
)
def test_the_code_of_a_survey_is_cut_out_however_it_is_written(log: logging.Logger, written: str) -> None:
    log.warning("Bad Request: %s", written)
    for part in (CODE, CODE.lower(), shown(CODE)[:17], shown(CODE).lower()[:17]):
        assert part not in said(log)
    assert "Bad Request" in said(log)


def test_a_traceback_is_cut_as_well(log: logging.Logger) -> None:
    try:
        raise KeyError(shown(CODE))
    except KeyError:
        log.exception("Internal Server Error")
    assert "KeyError" in said(log)
    assert "FGHJK" not in said(log)


def test_ordinary_words_of_that_length_stay(log: logging.Logger) -> None:
    log.warning("dieutra.web.respondent.opinion_sheet, xbrtwqzkmnpdrtwqzkmnpdrtw, 20261122-00001")
    assert (
        said(log).strip() == "dieutra.web.respondent.opinion_sheet, xbrtwqzkmnpdrtwqzkmnpdrtw, 20261122-00001"
    )
