"""The demo campaign of `scripts/start`: Hà Nam, with a base list, cases in every state, and people to sign in as."""

from __future__ import annotations

import random
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign
from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.models import Campaign
from dieutra.cases import actions as cases
from dieutra.cases.models import Case
from dieutra.engine.refusals import Refusal
from dieutra.forms.queries import engine_form
from dieutra.frames import sending
from dieutra.frames.loading import load_base_list
from dieutra.frames.models import Listing
from dieutra.jobs.worker import work_once
from dieutra.people.actions import set_password
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.reactions import REACTIONS
from dieutra.rehearsal.script import AreaRow, Script, base_list, base_list_workbook, read_script

KIND, SLUG = "co-so-hanh-chinh-2021", "demo"
PASSWORD = "Dieu-tra#2026"
PROVINCE = "35"
STILL_REVIEWING = "347"  # Phủ Lý: its base list waits for the reader's own review

PEOPLE = (
    ("qtv.tw", "qtv", "VN", "Trần Thị Trung Ương", "quản trị viên Trung ương"),
    ("qtv.hanam", "qtv", PROVINCE, "Nguyễn Văn Tỉnh", "quản trị viên tỉnh Hà Nam"),
    ("qtv.phuly", "qtv", "347", "Lê Thị Phủ Lý", "quản trị viên thành phố Phủ Lý (đang rà soát bảng kê)"),
    ("qtv.duytien", "qtv", "349", "Phạm Văn Duy Tiên", "quản trị viên thị xã Duy Tiên"),
    ("gsv.hanam", "gsv", PROVINCE, "Đỗ Thị Giám Sát", "giám sát viên tỉnh"),
    ("gsv.duytien", "gsv", "349", "Vũ Văn Giám Sát", "giám sát viên thị xã Duy Tiên"),
    ("bcd.hanam", "bcd", PROVINCE, "Hoàng Văn Chỉ Đạo", "thành viên Ban Chỉ đạo tỉnh (chỉ xem)"),
)
# Cases of Duy Tiên, in turn: how far each has come.
STAGES = ("accepted", "submitted", "draft", "in_review", "returned", "new", "submitted", "accepted")


def make_demo() -> list[str]:
    """Make it once; either way, the lines that tell whom to sign in as."""
    if not Campaign.objects.filter(slug=SLUG).exists():
        with transaction.atomic():
            _make()
    unit = _unit_to_show()
    lines = ["", f"Cuộc điều tra mẫu đã sẵn sàng. Mật khẩu của mọi tài khoản dưới đây: {PASSWORD}"]
    lines += [f"  {username:<14} {words}" for username, _, _, _, words in PEOPLE]
    return [*lines, f"  {unit.username:<14} đơn vị kê khai ({unit.full_name})"]


def _unit_to_show() -> User:
    post = (
        Post.objects.filter(role="dv", user__password_changed_at__isnull=False)
        .select_related("user")
        .earliest("pk")
    )
    return post.user


def _make() -> None:
    folder, today = kind_folder(KIND), timezone.localdate()
    campaign = create_campaign(
        folder,
        SLUG,
        "Điều tra cơ sở hành chính năm 2021 (mô phỏng)",
        today - timedelta(days=20),
        today + timedelta(days=5),
        today + timedelta(days=25),
    )
    users = {}
    for username, role, code, name, _ in PEOPLE:
        area = Area.objects.get(catalogue=campaign.catalogue, code=code)
        users[username] = appoint(None, campaign, role, area, username=username, full_name=name).user
        set_password(users[username], PASSWORD)
    script = read_script(folder)
    _load_list(campaign, script, users)
    _accept_lists(campaign, users)
    while work_once(REACTIONS, {}):
        pass
    _fill(campaign, script, users)


def _load_list(campaign: Campaign, script: Script, users: dict[str, User]) -> None:
    province = Area.objects.get(catalogue=campaign.catalogue, code=PROVINCE)
    areas = area_rows(campaign, province)
    lines = base_list(script, campaign.rules["campaign"]["unit_kinds"], areas, None)
    workbook = base_list_workbook(
        campaign.kind.frame_columns, campaign.kind.frame_sheet, lines, with_email=False
    )
    load_base_list(users["qtv.hanam"], campaign, province, workbook, "danh-sach-nen.xlsx")


def area_rows(campaign: Campaign, province: Area) -> list[AreaRow]:
    areas = Area.objects.filter(under("path", province.path), catalogue=campaign.catalogue).order_by("path")
    return [AreaRow(*row) for row in areas.values_list("code", "name", "level", "parent__code")]


def _accept_lists(campaign: Campaign, users: dict[str, User]) -> None:
    """Every listing but one is reviewed and accepted; where the demo has no district administrator, one is lent."""
    for listing in Listing.objects.filter(campaign=campaign).exclude(area__code=STILL_REVIEWING):
        reviewer = users["qtv.hanam"] if listing.level == 1 else _administrator(campaign, listing)
        sending.keep_all(reviewer, listing, listing.version)
        listing.refresh_from_db()
        sending.send(reviewer, listing, listing.version)
        listing.refresh_from_db()
        sending.accept(
            users["qtv.tw"] if listing.level == 1 else users["qtv.hanam"], listing, listing.version
        )


def _administrator(campaign: Campaign, listing: Listing) -> User:
    post = (
        Post.objects.filter(campaign=campaign, role="qtv", path=listing.path).select_related("user").first()
    )
    if post is None:
        name = f"Quản trị viên {listing.area.name}"
        username = f"qtv.{listing.area.code}"
        post = appoint(None, campaign, "qtv", listing.area, username=username, full_name=name)
    return post.user


def _fill(campaign: Campaign, script: Script, users: dict[str, User]) -> None:
    chance = random.Random(2021)
    duy_tien = Area.objects.get(catalogue=campaign.catalogue, code="349")
    in_duy_tien = Case.objects.filter(under("path", duy_tien.path), campaign=campaign).order_by("pk")
    shown = in_duy_tien.select_related("unit__area__parent__parent", "campaign", "form")
    for number, case in enumerate(shown):
        unit = Post.objects.select_related("user").get(campaign=campaign, path=case.path, role="dv").user
        if number == 5:
            set_password(unit, PASSWORD)
        _bring_to(case, STAGES[number % len(STAGES)], unit, script, users, chance)


def _bring_to(
    case: Case, stage: str, unit: User, script: Script, users: dict[str, User], chance: random.Random
) -> None:
    if stage == "new":
        return
    form = engine_form(case.form_id)
    level = {1: "tinh", 2: "huyen", 3: "xa"}[case.unit.area.level]
    answers = script.answers(form, level, chance.randint(1, script.rules["largest_scale"]))
    if stage == "draft":
        answers = dict(list(answers.items())[: len(answers) // 2])
    saved = cases.save_draft(unit, case, 0, answers, {})
    if stage == "draft":
        return
    try:
        cases.submit(unit, case, saved.version)
    except Refusal as refusal:
        raise RuntimeError(
            f"{case.unit.name}: {[it.message for it in getattr(refusal, 'problems', ())]}"
        ) from refusal
    if stage == "returned":
        cell = form.by_name[script.rules["remark_at"]].path
        cases.give_back(users["gsv.duytien"], case, case.version, "", {cell: script.rules["remark"]})
    elif stage in ("in_review", "accepted"):
        cases.approve(users["gsv.duytien"], case, case.version)
    if stage == "accepted":
        cases.approve(users["gsv.hanam"], case, case.version)
