"""Where the kind ships tasks: a working group takes them, tells the public, and in the end the figures prove its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dieutra.campaigns.checking import kind_folder
from dieutra.campaigns.kind_folder import folder_rules
from dieutra.rehearsal.person import Page, Person, Unexpected

if TYPE_CHECKING:
    from dieutra.rehearsal.acts import Play

NEWS = {"title": "Mở kê khai", "summary": "Các đơn vị bắt đầu kê khai.", "body": "Kê khai **từ hôm nay**."}
LAST = "Kiểm tra, duyệt xong phiếu"


def has_group(play: Play) -> bool:
    return bool(folder_rules(kind_folder(play.kind_slug))["campaign"].get("group_task"))


def begin(play: Play) -> None:
    """A group with the supervisor in it, the kind's tasks, and one news item that a stranger reads."""
    boss = play.people["qtv.tinh"]
    page = boss.submit(boss.get("/to-cong-tac/"), "/to-cong-tac/lap/")
    boss.submit(page, "/them-nguoi/", {"username": "gsv.tinh", "capacity": "member"})
    board = boss.submit(_board(boss), "/danh-muc/")
    link, page = _task(boss, board)
    member = next(it for it in page.form("/sua/").inputs["member"].value_options if it)
    boss.submit(page, f"{link}sua/", {"member": member})
    item = boss.submit(boss.get("/tuyen-truyen/tin/moi/"), "/tin/moi/", NEWS)
    boss.submit(item, "/dang/")
    stranger = Person(play.server.url, play.book, "nguoi.doc")
    if NEWS["title"] not in stranger.get("/tin/dien-tap/").text:
        raise Unexpected("Tin đã đăng mà người đọc không thấy.")
    stranger.close()


def end(play: Play) -> None:
    """The supervisor calls the review done; it is taken without a word only because every form is approved."""
    member = play.people["gsv.tinh"]
    link, page = _task(member, member.get("/viec-cua-toi/"))
    member.submit(page, f"{link}ghi/", {"state": "done"})


def _board(boss: Person) -> Page:
    own = [
        it
        for it in boss.get("/to-cong-tac/").links("/to-cong-tac/")
        if it.strip("/").rpartition("/")[2].isdigit()
    ]
    return boss.get(own[0])


def _task(person: Person, page: Page) -> tuple[str, Page]:
    """The address and page of the last task of the list."""
    links = page.tree.xpath(f"//a[contains(., '{LAST}')]/@href")
    if not links:
        raise Unexpected(f"{page.url}: không có việc “{LAST}…”.")
    return links[0], person.get(links[0])
