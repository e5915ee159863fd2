"""The 2021 survey of administrative establishments: the form is sound, and each of its checks can fire."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pyxform
from python_calamine import CalamineWorkbook

from dieutra.engine.forms.check import evaluate
from dieutra.engine.forms.form import Check
from tests.kinds.cast import KIND, QUESTIONS, TABLES, answers_with, form, good_answers, loaded, paths

NAME = QUESTIONS["ten_don_vi"]


def without(table: str, column: str = "", row: str = "") -> dict[str, str]:
    """Changes that leave a table, or one column or row of it, blank."""
    rows = [row] if row else [line.split()[0] for line in TABLES[table].strip().splitlines()]
    columns = [column] if column else ["c1", "c2", "c3", "c4"]
    return {f"{table}_{row}_{c}": "" for row in rows for c in columns if f"{table}_{row}_{c}" in paths()}


def workers(row: str, *cells: int) -> dict[str, str]:
    return {f"lao_dong_{row}_c{i}": str(value) for i, value in enumerate(cells, 1)}


def cells(table: str, **values: str) -> dict[str, str]:
    return {f"{table}_{cell}": value for cell, value in values.items()}


def changes() -> dict[str, tuple[dict[str, str], str]]:
    """Check: the change to the good answers that makes it fire, and the other checks which then fire too."""
    return {
        "K01": ({"nam_thanh_lap": "2021"}, "K16 K34 K60"),
        "K02": ({"nam_thanh_lap": "1930"}, ""),
        "K03": ({"loai_don_vi": "03"}, ""),
        "K04": ({"ma_xa": ""}, ""),
        "K05": ({"email": "nhabich@example.com"}, ""),
        "K06": ({"ten_dung": "0", "ten_moi": NAME}, ""),
        "K07": ({"ten_cap_tren": NAME}, ""),
        "K08": ({"so_truc_thuoc": "0", "so_su_nghiep": "0", "so_khac": "0"}, ""),
        "K09": ({"so_truc_thuoc": "4"}, ""),
        "K10": ({"so_truc_thuoc": "150", "so_su_nghiep": "149"}, ""),
        "K11": ({"nam_sinh": "2003"}, "K12 K14"),
        "K12": ({"nam_sinh": "1997"}, ""),
        "K13": ({"nam_sinh": "1950"}, ""),
        "K14": ({"nam_sinh": "1999"}, "K12"),
        "K15": ({"nam_bo_nhiem": "2021"}, ""),
        "K16": ({"nam_thanh_lap": "2012", "nam_bo_nhiem": "2010"}, ""),
        "K17": ({"nam_bo_nhiem": "2004"}, ""),
        "K18": ({"trinh_do_cm": "6"}, ""),
        "K19": (cells("lao_dong", r10_c2="3"), ""),
        "K20": (cells("lao_dong", r10_c3="3"), ""),
        "K21": (cells("lao_dong", r10_c4="3"), ""),
        "K22": (without("lao_dong"), "K37 K38 K46 K47 K48 K71 K72"),
        "K23": (cells("lao_dong", r08_c1="27"), ""),
        "K24": (cells("lao_dong", r09_c1="27"), ""),
        "K25": (cells("lao_dong", r10_c1="27"), ""),
        "K26": (cells("lao_dong", r11_c1="27"), ""),
        "K27": (without("lao_dong", "c2"), "K35 K38 K47"),
        "K28": (workers("r09", 0, 0, 0, 0), ""),
        "K29": (without("lao_dong", "c4"), ""),
        "K30": (cells("lao_dong", r03_c4="10"), ""),
        "K31": (
            workers("r02", 0, 0, 0, 0)
            | workers("r03", 0, 0, 0, 0)
            | workers("r07", 24, 10, 6)
            | cells("lao_dong", r08_c4="0", r09_c4="0"),
            "K29",
        ),
        "K32": (workers("r03", 0, 0, 0, 0) | workers("r06", 13, 6, 4) | workers("r07", 6, 3, 2), ""),
        "K33": (cells("lao_dong", r12_c1="40"), ""),
        "K34": ({"nam_thanh_lap": "2020", "nam_bo_nhiem": "2020"} | without("thu_chi", "c1"), ""),
        "K35": (without("lao_dong", "c2") | cells("lao_dong", r03_c2="2"), "K38 K47"),
        "K36": (cells("trinh_do", r13_c1="5"), ""),
        "K37": (cells("trinh_do", r07_c1="2"), ""),
        "K38": (cells("trinh_do", r05_c2="2"), ""),
        "K39": (cells("trinh_do", r10_c1="20"), ""),
        "K40": (cells("trinh_do", r12_c1="27"), ""),
        "K41": (cells("trinh_do", r13_c1="27"), ""),
        "K42": (cells("trinh_do", r04_c1="7", r08_c1="9"), ""),
        "K43": ({"trinh_do_cm": "1"}, ""),
        "K44": (cells("trinh_do", r03_c1="0", r03_c2="0", r04_c1="17", r04_c2="8"), ""),
        "K45": (cells("trinh_do", r09_c1="0", r09_c2="0"), ""),
        "K46": (cells("tuoi", r04_c2="4"), ""),
        "K47": (cells("tuoi", r04_c2="2", r04_c3="3"), ""),
        "K48": (cells("tuoi", r02_c2="3", r03_c2="7"), ""),
        "K49": (cells("tuoi", r06_c2="0", r07_c2="1"), ""),
        "K50": (cells("thu_chi", r03_c2="", r04_c2="", r05_c2="", r07_c2=""), "K54 K55 K62"),
        "K51": (cells("thu_chi", r10_c2="", r11_c2="", r12_c2=""), "K56 K57 K63"),
        "K52": (cells("thu_chi", r10_c1=""), "K53 K56 K57"),
        "K53": (cells("thu_chi", r12_c2="700", r13_c2="324.7"), ""),
        "K54": (cells("thu_chi", r15_c2="260", r17_c2="0"), ""),
        "K55": (cells("thu_chi", r07_c2="1800"), ""),
        "K56": (cells("thu_chi", r13_c1="", r14_c1="", r15_c1=""), ""),
        "K57": (cells("thu_chi", r10_c1="600"), ""),
        "K58": (cells("thu_chi", r03_c2="", r04_c2="", r07_c2="3241"), ""),
        "K59": (cells("thu_chi", r07_c1="2000000", r07_c2="2000000"), ""),
        "K60": ({"nam_thanh_lap": "2020", "nam_bo_nhiem": "2020"} | workers("r12", 0, 0), ""),
        "K61": (without("thu_chi", "c1"), ""),
        "K62": (cells("thu_chi", r17_c2="100"), ""),
        "K63": (
            cells(
                "thu_chi", r10_c1="300", r11_c1="100", r12_c1="100", r10_c2="300", r11_c2="100", r12_c2="100"
            ),
            "",
        ),
        "K64": (cells("thu_chi", r03_c1="18000", r03_c2="18000", r10_c1="16000", r10_c2="16000"), ""),
        "K65": (cells("may_tinh", r05_c2="2"), ""),
        "K66": (cells("may_tinh", r05_c3="2"), ""),
        "K67": ({"co_internet": "0"}, ""),
        "K68": (without("may_tinh", "c2"), ""),
        "K69": ({"co_lan": "0"}, ""),
        "K70": (without("may_tinh") | {"co_internet": "0"}, ""),
        "K71": (cells("may_tinh", r03_c1="90"), ""),
        "K72": ({"can_bo_cntt": "30"}, ""),
        "K73": ({"so_vb_di_dt": "2000"}, ""),
        "K74": ({"so_vb_di": "0", "so_vb_di_dt": "0"}, ""),
        "K75": ({"dia_chi_web": "https://nhabich.example.com"}, ""),
        "K76": (without("dich_vu"), ""),
        "K77": (cells("dich_vu", r04_c1="0"), ""),
        "K78": (cells("dich_vu", r04_c3="200"), ""),
        "K79": ({"ngay_ky": "2020-12-30"}, ""),
        "K80": ({"ngay_ky": "2100-01-01"}, ""),
        "K81": ({"nguoi_ky": QUESTIONS["nguoi_lap"]}, ""),
    }


ILL_FORMED = {
    "ma_qhns": "12345",
    "ma_so_thue": "38000000",
    "dien_thoai": "0271 000 000",
    "email": "nhabich",
    "nam_thanh_lap": "203",
    "nam_sinh": "75",
    "nam_bo_nhiem": "16",
    "so_truc_thuoc": "-3",
    "so_hanh_chinh": "-1",
    "so_su_nghiep": "-2",
    "so_khac": "-1",
    "can_bo_cntt": "-1",
    "dia_chi_web": "trang web xã",
    "so_vb_di": "-1",
    "so_vb_di_dt": "-1",
    "dien_thoai_lap": "90000",
    "lao_dong_r02_c1": "-6",
    "trinh_do_r04_c2": "-7",
    "tuoi_r03_c3": "-5",
    "thu_chi_r05_c2": "-48",
    "may_tinh_r03_c1": "-18",
    "dich_vu_r03_c3": "-380",
}


def sheet(name: str) -> list[dict[str, Any]]:
    head, *lines = CalamineWorkbook.from_path(KIND / "form.xlsx").get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def check_names() -> list[str]:
    return [line["name"] for line in sheet("checks")]


def own_checks() -> list[Check]:
    """The checks of the `checks` sheet after expansion, without constraints."""
    return [check for check in form().checks if not check.is_constraint]


def named(kind: str) -> Any:
    return tomllib.loads((KIND / kind).read_text(encoding="utf-8"))


def labels() -> Iterator[tuple[str, dict[str, str]]]:
    for node in form().nodes:
        if node.kind != "hidden":
            yield node.path, node.label
        for choice in node.choices or ():
            yield f"{node.path}={choice.value}", choice.label
        for column in node.columns or ():
            yield f"{node.path}:{column.name}", column.label


def test_the_form_says_that_it_is_simulated() -> None:
    assert (form().id, form().version) == ("hc-tb-2021", "2021.1")
    assert "mô phỏng" in form().title["vi"]
    assert "simulated" in form().title["en"]
    first = form().nodes[0]
    assert first.kind == "note" and first.label["vi"].startswith("PHIẾU MÔ PHỎNG")


def test_the_form_has_a_realistic_size() -> None:
    kinds = [node.kind for node in form().nodes]
    assert kinds.count("table") >= 3
    assert 200 <= len(kinds) - kinds.count("row") <= 350
    hard = [line for line in sheet("checks") if line["severity"] == "hard"]
    assert len(hard) >= 25 and len(check_names()) - len(hard) >= 20


def test_every_table_has_coded_rows_and_columns_and_a_total() -> None:
    for table in (node for node in form().nodes if node.kind == "table"):
        within = [node for node in form().nodes if node.path.startswith(table.path + "/")]
        assert all(node.codes and node.codes["row"] for node in within)
        assert all(column.code for column in table.columns or ())
        assert any(node.calculate for node in within), table.path


def test_every_label_exists_in_both_languages() -> None:
    assert form().languages == ("vi", "en")
    assert [where for where, label in labels() if not (label.get("vi") and label.get("en"))] == []
    assert [c.name for c in form().checks if not (c.message.get("vi") and c.message.get("en"))] == []


def test_a_well_filled_form_has_no_finding_and_nothing_missing() -> None:
    state = evaluate(form(), good_answers())
    assert state.findings == ()
    assert state.missing == ()
    values = {name: state.values.get(path) for name, path in paths().items()}
    assert values["lao_dong_r01_c1"] == values["trinh_do_r01_c1"] == values["tuoi_r01_c1"] == "26"
    assert [values[f"thu_chi_{row}_c2"] for row in ("r01", "r08", "r16")] == ["3289", "3200.2", "88.8"]
    assert (values["thu_nhap_bq"], values["ty_le_vb"]) == ("5.83", "76.8")


def test_the_frame_fields_can_only_be_read() -> None:
    for name in ("ma_don_vi", "ten_don_vi", "dia_ban", "ma_tinh", "ma_huyen", "ma_xa"):
        node = form().node(paths()[name])
        assert node.type == "string" and node.readonly == ["call", "true"], name


def test_the_table_of_changes_speaks_of_every_check() -> None:
    assert list(changes()) == check_names()


@pytest.mark.parametrize("name", check_names())
def test_a_small_change_makes_the_check_fire(name: str) -> None:
    change, others = changes()[name]
    findings = evaluate(form(), answers_with(change)).findings
    assert {finding.check.partition(".")[0] for finding in findings} == {name, *others.split()}


@pytest.mark.parametrize("name", ILL_FORMED)
def test_an_ill_formed_answer_is_a_hard_finding_at_its_question(name: str) -> None:
    findings = evaluate(form(), answers_with({name: ILL_FORMED[name]})).findings
    severities = {finding.check: finding.severity for finding in findings if finding.path == paths()[name]}
    assert severities[f"{name}.constraint"] == "hard"


def test_every_message_names_its_place_and_says_what_to_do() -> None:
    place = {
        "vi": r"Câu [A-F]\d+: |Bảng [C-E]\d, (dòng \d\d|cột \d)",
        "en": r"Question [A-F]\d+: |Table [C-E]\d, (line \d\d|column \d)",
    }
    for check in form().checks:
        for language, pattern in place.items():
            assert re.match(pattern, check.message[language]), check.name
        assert "ề nghị" in check.message["vi"], check.name


def test_a_message_names_the_place_at_which_it_is_shown() -> None:
    for check in own_checks():
        node = form().node(check.where)
        if node.kind != "cell":
            number = re.match(r"[A-F]\d+", node.label["vi"])
            assert number and check.message["vi"].startswith(f"Câu {number[0]}:"), check.name
            continue
        assert node.codes is not None and node.parent is not None
        table = form().node(form().node(node.parent).parent or "")
        assert check.message["vi"].startswith(table.label["vi"].partition(".")[0]), check.name
        said = re.match(r"Bảng \w\w(?:, dòng (\d\d))?(?:, cột (\d))?:?", check.message["vi"])
        assert said is not None and said[1] in (None, node.codes["row"]), check.name
        assert said[2] in (None, node.codes["col"]), check.name


def test_soft_checks_ask_for_a_reason_and_hard_ones_do_not() -> None:
    assert all(check.justify == (check.severity == "soft") for check in own_checks())
    for check in own_checks():
        assert ("ghi rõ lý do" in check.message["vi"]) == (check.severity == "soft"), check.name


def test_a_unit_without_accounts_website_or_dependants_is_not_asked_about_them() -> None:
    blank = without("thu_chi") | without("dich_vu")
    blank |= dict.fromkeys(("dia_chi_web", "so_truc_thuoc", "so_hanh_chinh", "so_su_nghiep", "so_khac"), "")
    said_no = dict.fromkeys(("hach_toan", "co_website", "co_truc_thuoc", "co_dvc"), "0")
    said_no["noi_hach_toan"] = "Ủy ban nhân dân xã Nha Bích"
    state = evaluate(form(), answers_with(blank | said_no))
    assert state.findings == ()
    assert state.missing == ()
    hidden = ("thu_chi_r03_c2", "dich_vu_r03_c1", "dia_chi_web", "so_truc_thuoc", "thu_nhap_bq")
    assert state.relevant.isdisjoint(paths()[name] for name in hidden)


def test_only_a_commune_counts_part_time_officials() -> None:
    path = paths()["lao_dong_r07_c1"]
    assert path in evaluate(form(), good_answers()).relevant
    district = {"cap_quan_ly": "huyen", "loai_don_vi": "03", **without("lao_dong", row="r07")}
    state = evaluate(form(), answers_with(district | workers("r03", 18, 8, 5, 0)))
    assert path not in state.relevant
    assert state.findings == ()


def test_an_empty_form_is_met_with_questions_not_with_findings() -> None:
    state = evaluate(form(), {})
    assert state.findings == ()
    assert len(state.missing) > 15


def test_the_campaign_prefills_questions_that_exist_from_columns_that_exist() -> None:
    campaign, frame = named("campaign.toml"), named("frame.toml")
    columns = {column["name"] for column in frame["column"]} | {"area"}
    assert set(campaign["prefill"]) <= set(paths())
    assert set(campaign["prefill"].values()) <= columns


def test_the_kinds_of_unit_are_the_same_in_campaign_frame_and_form() -> None:
    campaign, frame = named("campaign.toml"), named("frame.toml")
    kinds = {kind["code"]: kind["name"] for kind in campaign["unit_kinds"]}
    choices = form().node(paths()["loai_don_vi"]).choices or ()
    assert {choice.value: choice.label for choice in choices} == kinds
    columns = {column["name"]: column for column in frame["column"]}
    assert set(columns["kind"]["values"].values()) == set(kinds)
    levels = {choice.value for choice in form().node(paths()["cap_quan_ly"]).choices or ()}
    assert set(columns["level"]["values"].values()) <= levels
    per_commune = [kind["code"] for kind in campaign["unit_kinds"] if kind.get("per_commune") == 1]
    assert per_commune == ["11", "12", "13"]


def test_accounts_are_created_downwards_among_roles_and_levels_that_exist() -> None:
    campaign = named("campaign.toml")
    levels, roles = campaign["levels"], campaign["roles"]
    for role in roles.values():
        for level, created in role.get("creates", {}).items():
            assert level in role["levels"]
            for name, _, below in (each.partition(".") for each in created):
                assert below in roles[name]["levels"] and levels.index(below) >= levels.index(level)
    assert [step["level"] for step in campaign["review"]] == ["district", "province"]


def test_the_blank_frame_has_the_columns_that_its_description_names() -> None:
    frame = named("frame.toml")
    book = CalamineWorkbook.from_path(KIND / "frame.xlsx")
    assert book.sheet_names == [frame["sheet"], "Hướng dẫn"]
    headers = [column["header"] for column in frame["column"]]
    assert book.get_sheet_by_name(frame["sheet"]).to_python() == [headers]


@pytest.mark.parametrize("name", ["activation", "returned"])
def test_a_letter_has_a_subject_and_the_three_placeholders(name: str) -> None:
    text = (KIND / named("campaign.toml")["messages"][name]).read_text(encoding="utf-8")
    subject, blank, *body = text.splitlines()
    assert "mô phỏng" in subject and blank == "" and len(subject) <= 100
    assert set(re.findall(r"{(\w+)}", "\n".join(body))) == {"ten", "lien_ket", "han"}


def test_odk_validate_accepts_the_form_that_collect_gets(tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("cần Java để chạy ODK Validate")
    target = tmp_path / "form.xml"
    target.write_text(loaded().xform_xml, encoding="utf-8")
    jar = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
    said = subprocess.run([java, "-jar", jar, target], capture_output=True, text=True, timeout=120)
    assert said.returncode == 0, said.stderr
