"""The folder of a kind: its tables and letters as one JSON-able mapping, which a campaign keeps."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from json import dumps, loads
from pathlib import Path
from typing import Any

from dieutra.campaigns.kind import ROSTER_FILE
from dieutra.engine.refusals import Invalid, Problem

LANGUAGE = re.compile("[a-z]{2,3}")


def folder_rules(folder: Path) -> dict[str, Any]:
    """The folder's campaign.toml, frame.toml and letters as one JSON-able mapping."""
    rules: dict[str, Any] = {"campaign": _toml(folder, "campaign.toml")}
    if "opinion" in rules["campaign"]:
        rules |= {"frame": {}, "columns": _toml(folder, ROSTER_FILE), "branch": _branch_codes(folder, rules)}
    else:
        rules["frame"] = _toml(folder, "frame.toml")
    rules["letters"] = _letters(folder, rules["campaign"].get("messages", {}))
    # in their order: a database may keep the keys of a mapping in another
    reasons = rules["campaign"].get("return_reasons", {})
    texts = _letters(folder, reasons)
    rules["return_texts"] = [[code, texts[code]] for code in reasons]
    return dict(loads(dumps(rules, default=str)))


def _toml(folder: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / name).read_text("utf-8"))
    except FileNotFoundError:
        raise Invalid(f"Thiếu tệp {name} trong {folder.name}.", [Problem(name, "Không có tệp")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"Không đọc được {name}: {error}", [Problem(name, str(error))]) from None


def _branch_codes(folder: Path, rules: Mapping[str, Any]) -> list[str]:
    """The codes of the kind's own areas, so that its bodies are told from those of the catalogue."""
    name = rules["campaign"].get("branch", "")
    if not name:
        return []
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            return [row["code"] for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise Invalid(f"Không đọc được {name}: {error}", [Problem(name, str(error))]) from None


def _letters(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    """[messages] or [return_reasons] of campaign.toml: name of a letter, and name.language -> its text."""
    texts = {}
    for name, file in files.items():
        try:
            texts[name] = (folder / file).read_text("utf-8")
            for language, other in _languages(folder / file):
                texts[f"{name}.{language}"] = other.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"Không đọc được thư {file}: {error}", [Problem(file, str(error))]) from None
    return texts


def _languages(letter: Path) -> Iterator[tuple[str, Path]]:
    """(language, file) of a letter in all its languages: beside “return.late.vi.txt” lies “return.late.en.txt”."""
    stem = letter.name.removesuffix(".txt")
    start, _, last = stem.rpartition(".")
    name = start if start and LANGUAGE.fullmatch(last) else stem
    for other in sorted(letter.parent.glob("*.txt")):
        start, _, language = other.name.removesuffix(".txt").rpartition(".")
        if start == name and LANGUAGE.fullmatch(language):
            yield language, other
