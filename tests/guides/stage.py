"""What the pictures of the guides show: the demo, with a question, an incident, a form put up, a ministry, a carry.

`main` runs in a process of its own against the database of a server and prints, as JSON, the facts that the addresses of
the pictures name. Everybody is invented.
"""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import openpyxl
from django.utils import timezone

from dieutra.campaigns.actions import appoint, create_campaign, put_up_form
from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.models import Campaign
from dieutra.carrying.actions import begin_from_campaign
from dieutra.cases.models import Case
from dieutra.frames.loading import load_base_list
from dieutra.frames.models import Listing
from dieutra.incidents import actions as questions
from dieutra.incidents import faq, security
from dieutra.jobs.worker import work_once
from dieutra.people.actions import issue_activation, set_password
from dieutra.people.models import Post, User
from dieutra.places.models import Area
from dieutra.places.paths import under
from dieutra.publicity import actions as news
from dieutra.publicity import planning
from dieutra.reactions import REACTIONS
from dieutra.rehearsal.demo import PASSWORD, SLUG, area_rows, make_demo
from dieutra.rehearsal.script import base_list, base_list_workbook, read_script
from dieutra.selfcheck import actions as selfcheck
from dieutra.teams import actions as teams
from dieutra.teams import tasks
from tests.guides.opinion_stage import make_opinion_stage

MINISTRY, AFTER = "tong-dieu-tra-kinh-te-2021", "co-so-hanh-chinh-2026"  # kinds of the other two campaigns


def make_stage() -> dict[str, object]:
    make_demo()
    campaign = Campaign.objects.get(slug=SLUG)
    users = {it.username: it for it in User.objects.all()}
    facts = _units(campaign)
    facts |= _people(campaign, users)
    facts |= _questions(campaign, users, str(facts["returned_user"]))
    facts |= _centre(campaign, users["qtv.tw"])
    facts |= _group(campaign, users)
    facts |= _news(campaign, users["qtv.hanam"])
    facts |= _self_check(campaign, users["qtv.tw"])
    _ministry()
    facts |= _carry(campaign)
    facts |= make_opinion_stage()
    while work_once(REACTIONS, {}):
        pass
    # last: the mail that the job sends would put this link out of use
    return facts | {"token": issue_activation(User.objects.get(pk=facts["account"]))}


def _units(campaign: Campaign) -> dict[str, object]:
    """One unit of Duy Tiên in each state, with a password that is known."""
    facts: dict[str, object] = {}
    duy_tien = Area.objects.get(catalogue=campaign.catalogue, code="349")
    for state in ("new", "draft", "returned", "submitted", "in_review", "accepted"):
        cases = Case.objects.filter(under("path", duy_tien.path), campaign=campaign, state=state)
        case = cases.order_by("pk")[0]
        user = Post.objects.select_related("user").get(campaign=campaign, path=case.path, role="dv").user
        set_password(user, PASSWORD)
        facts |= {state: case.pk, f"{state}_user": user.username}
    return facts


def _people(campaign: Campaign, users: dict[str, User]) -> dict[str, object]:
    """A second supervisor to share the work with, the statistics office, and somebody who has not activated yet."""
    duy_tien = Area.objects.get(catalogue=campaign.catalogue, code="349")
    for username, role, name in (
        ("gsv.duytien2", "gsv", "Bùi Thị Giám Sát"),
        ("tk.duytien", "tk", "Ngô Văn Thống Kê"),
    ):
        appoint(
            users["qtv.hanam"],
            campaign,
            role,
            duy_tien,
            username=username,
            full_name=name,
            email=f"{username}@example.gov.vn",
        )
        set_password(User.objects.get(username=username), PASSWORD)
    waiting = appoint(
        users["qtv.hanam"],
        campaign,
        "gsv",
        duy_tien,
        username="gsv.duytien3",
        full_name="Lý Thị Giám Sát",
        email="gsv.duytien3@example.gov.vn",
    )
    listing = Listing.objects.get(campaign=campaign, area__code="347")
    return {"account": waiting.user_id, "listing": listing.pk}


def _questions(campaign: Campaign, users: dict[str, User], unit: str) -> dict[str, object]:
    asker = User.objects.get(username=unit)
    case = Case.objects.get(campaign=campaign, path=Post.objects.get(user=asker).path)
    text = "Người lao động hợp đồng dưới 12 tháng có tính vào cột 1 của bảng C1 không?"
    first = questions.ask(asker, campaign, "content", "Lao động hợp đồng ngắn hạn", text, case=case)
    answer = "Có. Tính mọi người làm việc từ 1 tháng trở lên tại thời điểm điều tra."
    questions.answer(users["gsv.duytien"], first, first.version, answer)
    first.refresh_from_db()
    asked = "Lao động hợp đồng ngắn hạn có tính vào bảng C1 không?"
    faq.publish_answer(users["gsv.hanam"], first, asked, answer)
    text = "Diện tích nhà làm việc dùng chung hai cơ quan thì mỗi cơ quan ghi thế nào?"
    second = questions.ask(asker, campaign, "content", "Trụ sở dùng chung", text, case=case)
    return {"answered": first.pk, "open_question": second.pk}


def _centre(campaign: Campaign, centre: User) -> dict[str, object]:
    found = timezone.now() - timedelta(hours=3)
    text = "Một đơn vị báo nhận được thư mạo danh hệ thống, kèm liên kết lạ. Chưa ai nhập mật khẩu."
    incident = security.register(centre, campaign, "Thư mạo danh hệ thống", 2, found, text)
    security.write(
        centre, incident, "Đã gửi thông báo cảnh báo tới các quản trị viên.", found + timedelta(hours=1)
    )
    content = (kind_folder("co-so-hanh-chinh-2021") / "form.xlsx").read_bytes()
    sound = put_up_form(centre, campaign, _next_version(content), "phieu-ban-moi.xlsx")
    broken = put_up_form(centre, campaign, _next_version(content, broken=True), "phieu-con-loi.xlsx")
    return {"incident": incident.pk, "upload": sound.pk, "broken_upload": broken.pk, "form": campaign.form_id}


def _group(campaign: Campaign, users: dict[str, User]) -> dict[str, object]:
    """Two units can be reached by telephone; the province's group has tasks in each column, one of them late."""
    for number, post in enumerate(
        Post.objects.filter(campaign=campaign, path__startswith="VN/35/349/", role="dv")
    ):
        User.objects.filter(pk=post.user_id).update(phone=f"09120000{number:02d}"[:10] if number < 40 else "")
    boss, today = users["qtv.hanam"], timezone.localdate()
    group = teams.set_up(boss, campaign, "VN/35/", "Tổ thường trực tỉnh Hà Nam", "Quyết định số 107/QĐ-BCĐ")
    lead = teams.add_member(boss, group, "bcd.hanam", "lead", "Chỉ đạo chung")
    member = teams.add_member(boss, group, "gsv.hanam", "member", "Đôn đốc thị xã Duy Tiên")
    teams.give_charge(boss, member, ["349"])
    made = {}
    for title, days, who, measure in (
        ("Gửi văn bản hướng dẫn các đơn vị", -2, lead, ""),
        ("Đôn đốc gửi phiếu", 6, member, "sent"),
        ("Họp báo", 4, None, ""),
    ):
        given = tasks.Given(
            title, "Theo kế hoạch.", today + timedelta(days=days), who.pk if who else 0, measure
        )
        made[title] = tasks.add(boss, group, given)
    urging = made["Đôn đốc gửi phiếu"]
    tasks.move(users["gsv.hanam"], urging, urging.version, "doing", "Đã gọi điện các xã phía bắc")
    return {"group": group.pk, "task": urging.pk}


def _news(campaign: Campaign, boss: User) -> dict[str, object]:
    body = "Các đơn vị kê khai **trước ngày 15/12**.\n\n- Trên trang web\n- Trong tệp Excel"
    text = news.Text("Bắt đầu điều tra cơ sở hành chính", "Các đơn vị kê khai từ hôm nay.", body)
    news.publish(boss, news.compose(boss, campaign, "VN/35/", text), 1, None)
    text = news.Text(
        "Nhắc các đơn vị gửi phiếu", "Còn một tuần đến hạn.", "Đơn vị chưa gửi phiếu hãy gửi sớm."
    )
    draft = news.compose(boss, campaign, "VN/35/", text)
    today = timezone.localdate()
    for content, channel, who, days in (
        ("Phát thanh trên hệ thống thông tin cơ sở", "loudspeaker", "Đài phát thanh thị xã", 2),
        ("Họp báo về cuộc điều tra", "meeting", "Sở Nội vụ", -3),
    ):
        day = today + timedelta(days=days)
        planning.plan(boss, campaign, "VN/35/", planning.Planned(content, channel, who, day, day))
    return {"news": draft.pk}


def _self_check(campaign: Campaign, centre: User) -> dict[str, object]:
    """A run, and an answer that somebody of the committee at the centre may agree to."""
    country = Area.objects.get(catalogue=campaign.catalogue, level=0)
    appoint(None, campaign, "bcd", country, username="bcd.tw", full_name="Mai Văn Chỉ Đạo")
    set_password(User.objects.get(username="bcd.tw"), PASSWORD)
    run = selfcheck.make(centre)
    note = "Ba bản: máy chủ chính, kho thứ hai, đĩa rời trong két. Bản mới nhất: hôm qua."
    selfcheck.answer(centre, campaign, "backups", "pass", note, None)
    return {"run": run.pk}


def _next_version(content: bytes, broken: bool = False) -> bytes:
    """The campaign's own workbook with a higher version number; `broken` names a variable that is not there."""
    book = openpyxl.load_workbook(BytesIO(content))
    settings = book["settings"]
    heads = [cell.value for cell in settings[1]]
    place = settings.cell(2, heads.index("version") + 1)
    place.value = f"{place.value}{'2' if broken else '1'}"
    if broken:
        survey = book["survey"]
        relevant = [cell.value for cell in survey[1]].index("relevant") + 1
        survey.cell(6, relevant).value = "${khong_co_cau_nay} = 1"
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _new_campaign(kind: str, slug: str, name: str) -> Campaign:
    today = timezone.localdate()
    days = (today - timedelta(days=5), today + timedelta(days=10), today + timedelta(days=60))
    return create_campaign(kind_folder(kind), slug, name, *days)


def _ministry() -> None:
    campaign = _new_campaign(MINISTRY, "bo", "Tổng điều tra kinh tế năm 2021 (mô phỏng)")
    ministry = Area.objects.get(catalogue=campaign.catalogue, code="BMP")
    post = appoint(None, campaign, "qtv", ministry, username="qtv.bo", full_name="Đinh Thị Bộ")
    set_password(post.user, PASSWORD)
    script = read_script(kind_folder(MINISTRY))
    rows = area_rows(campaign, ministry)
    lines = base_list(script, campaign.rules["campaign"]["unit_kinds"], rows, None)
    columns, sheet = campaign.kind.frame_columns, campaign.kind.frame_sheet
    workbook = base_list_workbook(columns, sheet, lines, with_email=False)
    load_base_list(post.user, campaign, ministry, workbook, "hc-03-1.xlsx")


def _carry(source: Campaign) -> dict[str, object]:
    campaign = _new_campaign(AFTER, "sau-2025", "Điều tra cơ sở hành chính năm 2026 (mô phỏng)")
    country = Area.objects.get(catalogue=campaign.catalogue, level=0)
    post = appoint(None, campaign, "qtv", country, username="qtv.tw2026", full_name="Hồ Thị Trung Ương")
    set_password(post.user, PASSWORD)
    old = Area.objects.get(catalogue=source.catalogue, code="35")
    return {"carry": begin_from_campaign(post.user, campaign, source, old).pk}


def main() -> None:
    print(json.dumps(make_stage()))
