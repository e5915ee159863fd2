"""One unit and its form: autosaves as the page does, mistakes first now and then, then sent."""

from __future__ import annotations

import json
import random
from typing import Any

from dieutra.engine.forms.form import Form
from dieutra.engine.spreadsheet import XLSX
from dieutra.rehearsal.excel import fill_workbook
from dieutra.rehearsal.person import Page, Person, Unexpected
from dieutra.rehearsal.script import Script

MISTAKEN, ODD, TWO_TABS = 0.25, 0.15, 0.05


class Filling:
    def __init__(self, person: Person, form: Form, script: Script, chance: random.Random) -> None:
        self.person, self.form, self.script, self.chance = person, form, script, chance
        page = person.get("/phieu/")
        self.state = _state(page)
        self.case = str(self.state["urls"]["save"]).split("/")[2]
        self.version = int(self.state["version"])

    def fill_and_send(self) -> None:
        asked = self.form.by_name.get("cap_quan_ly")
        level = self.state["answers"].get(asked.path, "xa") if asked else "xa"
        self.answers = self.script.answers(self.form, level, self.chance.randint(1, self._scale()))
        halves = list(self.answers.items())
        first, second = dict(halves[: len(halves) // 2]), dict(halves[len(halves) // 2 :])
        if self.chance.random() < float(self.script.rules.get("workbook_share", 0)):
            self._in_excel(first)
        else:
            self.save(first)
        self.save(second)
        if self.chance.random() < TWO_TABS:
            self._second_tab()
        if self.chance.random() < MISTAKEN:
            self._make_a_mistake()
        if self.chance.random() < ODD:
            self._be_odd()
        self.send()

    def _scale(self) -> int:
        return int(self.script.rules["largest_scale"])

    def save(self, changes: dict[str, str], justifications: dict[str, str] | None = None) -> dict[str, Any]:
        body = {"base_version": self.version, "changes": changes, "justifications": justifications or {}}
        saved = self.person.post_json(self.state["urls"]["save"], body)
        self.version = int(saved["version"])
        self.person.book.did("draft.saved")
        return saved

    def _in_excel(self, answers: dict[str, str]) -> None:
        """Work begun in the unit's workbook: sent back it is the draft, and the rest is done on the web."""
        content = fill_workbook(self.form, self.person.download(f"/phieu/{self.case}/phieu.xlsx"), answers)
        page = self.person.get(f"/phieu/{self.case}/excel/")
        self.person.submit(page, "/excel/", files={"file": ("phieu.xlsx", content, XLSX)})
        self.person.book.did("draft.saved")
        self.person.book.did("workbook.brought")
        self.state = _state(self.person.get(f"/phieu/{self.case}/"))
        self.version = int(self.state["version"])
        lost = [path for path, answer in answers.items() if self.state["answers"].get(path) != answer]
        if lost:
            raise Unexpected(
                f"Phiếu {self.case}: {len(lost)} ô gõ trong Excel không vào phiếu, như {lost[:3]}."
            )

    def _second_tab(self) -> None:
        """A tab that was left open saves from an older version: refused, nothing overwritten."""
        body = {"base_version": self.version - 1, "changes": {}, "justifications": {}}
        self.person.post_json(self.state["urls"]["save"], body, expect=409)

    def _make_a_mistake(self) -> None:
        """A wrong value: the page says so and sending is refused; then put right."""
        path, wrong = self.script.mistake(self.form, self.chance)
        self.save({path: wrong})
        self._submit(expect=422)
        self.save({path: self.answers.get(path, "")})

    def _be_odd(self) -> None:
        """An unusual value: refused without a justification, taken with one."""
        path, odd = self.script.oddity(self.form, self.chance)
        found = self.save({path: odd})["findings"]
        soft = [finding["key"] for finding in found if finding["severity"] == "soft"]
        if not soft:
            raise Unexpected(f"Giá trị “{odd}” tại {path} không gây cảnh báo nào.")
        self._submit(expect=422)
        self.save({}, dict.fromkeys(soft, self.script.rules["justification"]))

    def send(self) -> None:
        self._submit(expect=200)
        self.person.book.did("case.submitted")

    def _submit(self, expect: int) -> None:
        check = self.person.get(self.state["urls"]["check"])
        if expect == 200:
            self.person.submit(check, "/gui/")
            return
        # The page offers no way to send a form with gaps; a forged request is refused all the same.
        fields = {"csrfmiddlewaretoken": self.state["csrf"], "base_version": str(self.version)}
        forged = f'<form action="/phieu/{self.case}/gui/">' + "".join(
            f'<input name="{name}" value="{value}">' for name, value in fields.items()
        )
        self.person.submit(
            Page("/", 200, f"<html><body>{forged}</form></body></html>"), "/gui/", expect=expect
        )

    def correct_and_send(self) -> None:
        """Read the supervisor's remark at the cell, type the cell anew, send again."""
        page = self.person.get(f"/phieu/{self.case}/")
        self.state = _state(page)
        self.version = int(self.state["version"])
        if not any(not comment["resolved"] for comment in self.state["comments"]):
            raise Unexpected(f"Phiếu {self.case} bị trả lại mà không thấy nhận xét.")
        cell = self.form.by_name[self.script.rules["remark_at"]].path
        self.save({cell: self.state["answers"][cell]})
        self.send()


def _state(page: Page) -> dict[str, Any]:
    """What the page hands to its script."""
    found = page.tree.xpath('//script[@id="form-state"]/text()')
    if not found:
        raise Unexpected(f"{page.url}: không phải trang kê khai (trạng thái {page.status}).")
    return dict(json.loads(found[0]))
