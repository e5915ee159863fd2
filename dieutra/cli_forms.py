"""`dieutra form …`: what an author of questionnaires does at the command line. Needs no database."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dieutra.engine.refusals import Invalid

if TYPE_CHECKING:
    from dieutra.engine.forms.compare import Change, Comparison
    from dieutra.engine.forms.examine import Remark

SEVERITY = {"error": "lỗi", "warning": "nên sửa", "info": "xem lại"}


def add_form_commands(commands: Any) -> None:
    """The subparser `form` with its commands."""
    form = commands.add_parser("form", help="questionnaires").add_subparsers(required=True, metavar="what")

    check = form.add_parser(
        "check", help="errors by sheet, row and column, then advice; 1 when there are errors"
    )
    check.add_argument("file", type=Path)
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    check.add_argument("--trials", type=int, default=300, help="made-up responses to try; 0: none")
    check.set_defaults(run=_check)

    dictionary = form.add_parser("dictionary", help="the data dictionary; Markdown when no file is named")
    dictionary.add_argument("file", type=Path)
    dictionary.add_argument("--out", type=Path, help=".xlsx, .md or .csv")
    dictionary.set_defaults(run=_dictionary)

    evaluate = form.add_parser(
        "eval", help="what every node of a submission is, to compare with other engines"
    )
    evaluate.add_argument("form", type=Path, help="an XLSForm workbook or an XForm")
    evaluate.add_argument("submission", type=Path)
    evaluate.add_argument("--json", action="store_true", help="print JSON instead of a table")
    evaluate.add_argument(
        "--files", type=Path, help="the folder of the lists attached; beside the form when left out"
    )
    evaluate.set_defaults(run=_eval)

    diff = form.add_parser("diff", help="what changed between two versions; 1 when something did")
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path)
    diff.add_argument("--json", action="store_true", help="print the comparison as JSON")
    diff.set_defaults(run=_diff)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"Không đọc được tệp {file}: {error.strerror}.") from error


def _check(options: argparse.Namespace) -> int:
    from dieutra.engine.forms.channels import CHANNELS
    from dieutra.engine.forms.eval_files import lists_in
    from dieutra.engine.forms.examine import examine

    lists = lists_in(options.file.parent, but={options.file.name})
    found = examine(_content(options.file), trials=max(0, options.trials), seconds=60, lists=lists)
    if options.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
        return 1 if found.errors else 0
    for remark in (*found.errors, *found.advice):
        print(_line(remark), file=sys.stderr if remark.severity == "error" else sys.stdout)
    for channel, remarks in found.refused.items():
        for remark in remarks:
            print(f"không có trên {CHANNELS[channel]}: {remark.place}: {remark.message}")
    for note in found.notes:
        print(f"lưu ý: {note}")
    if found.form is None:
        print(f"{options.file.name}: {len(found.errors)} lỗi phải sửa.", file=sys.stderr)
        return 1
    advice = f"{len(found.advice)} chỗ nên xem lại" if found.advice else "không có gì phải xem lại"
    print(f"{options.file.name}: dùng được, {advice}.")
    return 0


def _line(remark: Remark) -> str:
    return f"{SEVERITY[remark.severity]}: {remark.place}: {remark.message}"


def _dictionary(options: argparse.Namespace) -> int:
    from dieutra.engine.forms import dictionary
    from dieutra.engine.forms.eval_files import lists_in
    from dieutra.engine.forms.xlsform import load

    form = load(_content(options.file), lists_in(options.file.parent, but={options.file.name})).form
    if options.out is None:
        print(dictionary.as_markdown(form), end="")
        return 0
    ending = options.out.suffix.lower()
    if ending == ".xlsx":
        options.out.write_bytes(dictionary.as_xlsx(form))
    elif ending == ".csv":
        options.out.write_text(dictionary.as_csv(form), "utf-8-sig", newline="")
    elif ending == ".md":
        options.out.write_text(dictionary.as_markdown(form), "utf-8")
    else:
        raise Invalid(f"Không viết được tệp {ending or 'không đuôi'}. Hãy dùng .xlsx, .md hoặc .csv.")
    print(f"{options.out}: {len(form.nodes)} dòng.")
    return 0


def _eval(options: argparse.Namespace) -> int:
    from dieutra.engine.forms.eval_files import ReadingError, eval_files, table

    try:
        nodes = eval_files(options.form, options.submission, options.files)
    except ReadingError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(json.dumps({"nodes": nodes}, ensure_ascii=False, indent=1) if options.json else table(nodes))
    return 0


def _diff(options: argparse.Namespace) -> int:
    from dieutra.engine.forms.compare import compare
    from dieutra.engine.forms.xlsform import load_xlsform

    found = compare(load_xlsform(_content(options.old)), load_xlsform(_content(options.new)))
    if options.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_told(found)) or "Hai tệp là một phiếu, không có gì khác nhau.")
    return 0 if found.is_same else 1


def _told(found: Comparison) -> list[str]:
    renamed = {it.old.path: it.new.name for it in found.renamed}
    lines = [f"+ {it.path}  {_label(it.label)}" for it in found.added]
    for place in found.removed:
        guess = f"  (có thể nay là {renamed[place.path]})" if place.path in renamed else ""
        lines.append(f"- {place.path}  {_label(place.label)}{guess}")
    lines += [f"> {it.old.path} → {it.new.path}" for it in found.moved]
    lines += [_change(it, it.path) for it in found.changed]
    lines += [f"+ kiểm tra {it.part}: {it.new}" for it in found.checks_added]
    lines += [f"- kiểm tra {it.part}: {it.old}" for it in found.checks_removed]
    lines += [_change(it, "kiểm tra") for it in found.checks_changed]
    return lines


def _change(change: Change, where: str) -> str:
    return f"~ {where}, {change.part}: {change.old or '(trống)'} → {change.new or '(trống)'}"


def _label(label: dict[str, str]) -> str:
    return label.get("vi") or next(iter(label.values()), "")
