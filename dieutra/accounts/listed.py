"""People to appoint, from an uploaded list: every row checked with its number, nothing made while one is wrong."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import xlsxwriter

from dieutra.campaigns.actions import creatable
from dieutra.campaigns.kind import FrameColumn
from dieutra.campaigns.models import Campaign
from dieutra.engine.refusals import Invalid, Problem
from dieutra.engine.text import search_key
from dieutra.frames.reading import Row, place, read_rows
from dieutra.people.bulk import NewAccount, faults, taken
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import posts_of
from dieutra.places.models import Area

CODE_WIDTHS = {1: 2, 2: 3, 3: 5}
MOST_ROWS = 5_000
SHOWN_PROBLEMS = 200
ROLE, AREA, NAME, USERNAME, EMAIL, PHONE = (
    "Vai trò",
    "Mã địa bàn",
    "Họ và tên",
    "Tên đăng nhập",
    "Thư điện tử",
    "Điện thoại",
)
HEADERS = {
    "role": ROLE,
    "place": AREA,
    "full_name": NAME,
    "username": USERNAME,
    "email": EMAIL,
    "phone": PHONE,
}


def choices(actor: User, campaign: Campaign, path: str) -> list[tuple[str, str]]:
    """("qtv.2", "Quản trị viên cấp huyện"): roles created by hand; units' accounts come from the accepted list."""
    pairs = sorted(creatable(actor, campaign, path), key=lambda pair: (pair[1], pair[0]))
    return [
        (
            f"{role}.{level}",
            f"{campaign.kind.role_words.get(role) or Role(role).label} {campaign.kind.level_words[level]}",
        )
        for role, level in pairs
        if role != Role.DV
    ]


def columns(roles: Sequence[tuple[str, str]]) -> list[FrameColumn]:
    return [
        FrameColumn(ROLE, "role", "choice", required=True, values={words: value for value, words in roles}),
        FrameColumn(AREA, "place", required=True, max_length=20),
        FrameColumn(NAME, "full_name", required=True, max_length=120),
        FrameColumn(USERNAME, "username", max_length=60),
        FrameColumn(EMAIL, "email", "email", max_length=120),
        FrameColumn(PHONE, "phone", max_length=20),
    ]


@dataclass(frozen=True)
class _Listed:
    number: int
    account: NewAccount
    named: bool  # the list gave the sign-in name, so it is not ours to change


def read_list(actor: User, campaign: Campaign, content: bytes, filename: str) -> list[NewAccount]:
    """The accounts that a list asks for. Raises Invalid with row and column of everything that is wrong."""
    roles = _roles(actor, campaign)
    rows, problems = read_rows(content, filename, columns(roles))
    if len(rows) > MOST_ROWS:
        raise Invalid(f"Danh sách có quá {MOST_ROWS:,} người. Hãy chia tệp rồi gửi lại.".replace(",", "."))
    places = _areas(campaign, rows)
    listed: list[_Listed] = []
    for row in rows:
        found = _account(actor, campaign, row, places)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            listed.append(found)
    problems += _held_already(campaign, listed)
    listed = _with_names(listed)
    problems += _name_problems(listed)
    if problems:
        raise _refused(problems)
    return [it.account for it in listed]


def _roles(actor: User, campaign: Campaign) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for post in posts_of(actor, campaign.pk):
        found.update(choices(actor, campaign, post.path))
    return sorted(found.items())


def _padded(code: str, level: int) -> str:
    """Excel takes the zeros off “01”."""
    return code.zfill(CODE_WIDTHS.get(level, 0)) if code.isdecimal() else code


def _level_of(row: Row) -> int:
    return int(row.values["role"].partition(".")[2])


def _areas(campaign: Campaign, rows: Sequence[Row]) -> dict[str, Area]:
    codes = {_padded(row.values["place"], _level_of(row)) for row in rows}
    return {area.code: area for area in Area.objects.filter(catalogue=campaign.catalogue, code__in=codes)}


def _account(actor: User, campaign: Campaign, row: Row, places: dict[str, Area]) -> _Listed | Problem:
    role, level = row.values["role"].partition(".")[0], _level_of(row)
    area = places.get(_padded(row.values["place"], level))
    at = place(row.number, AREA)
    if area is None:
        return Problem(at, f"Không có địa bàn mã “{row.values['place']}” trong danh mục của cuộc điều tra.")
    if area.level != level:
        return Problem(
            at,
            f"{area.name} không phải địa bàn {campaign.kind.level_words[level]}. Hãy ghi mã đúng cấp của vai trò.",
        )
    if (role, level) not in creatable(actor, campaign, area.path):
        return Problem(at, f"{area.name} không thuộc địa bàn bạn được cấp tài khoản cho vai trò này.")
    given = row.values.get("username", "").lower()
    account = NewAccount(
        given or ".".join(search_key(row.values["full_name"]).split())[:50],
        row.values["full_name"],
        row.values.get("email", ""),
        role,
        level,
        area.path,
        row.values.get("phone", ""),
    )
    wrong = faults(account)
    if wrong:
        header = wrong[0].place if wrong[0].place in HEADERS.values() else USERNAME
        return Problem(place(row.number, header), wrong[0].message)
    return _Listed(row.number, account, bool(given))


def _held_already(campaign: Campaign, listed: Sequence[_Listed]) -> list[Problem]:
    """Rows that would appoint one person, by name and address, twice to one role at one place: a list sent again."""
    paths = {it.account.path for it in listed}
    posts = Post.objects.filter(campaign=campaign, path__in=paths, ended_at__isnull=True).select_related(
        "user"
    )
    held = {
        (
            it.role,
            it.path,
            search_key(it.user.full_name),
            it.user.email.lower(),
        ): f"tài khoản {it.user.username}"
        for it in posts
    }
    problems = []
    for it in listed:
        who = it.account
        key = (who.role, who.path, search_key(who.full_name), who.email.lower())
        if key in held and not it.named:
            message = (
                f"{who.full_name} đã giữ vai trò này ở địa bàn này ({held[key]}). "
                "Nếu là người khác cùng tên, hãy ghi tên đăng nhập riêng cho người đó."
            )
            problems.append(Problem(place(it.number, NAME), message))
        held.setdefault(key, f"dòng {it.number} của danh sách")
    return problems


def _with_names(listed: Sequence[_Listed]) -> list[_Listed]:
    """A name that we made up and that somebody has gets a number: “le.thi.hoa.2”."""
    made_up = [it.account.username for it in listed if not it.named]
    used = {it.account.username for it in listed if it.named} | taken(made_up)
    found = []
    for it in listed:
        name, number = it.account.username, 1
        while not it.named and name in used:
            number += 1
            name = f"{it.account.username}.{number}"
            if name not in used and taken([name]):
                used.add(name)
        used.add(name)
        found.append(replace(it, account=replace(it.account, username=name)))
    return found


def _name_problems(listed: Sequence[_Listed]) -> list[Problem]:
    counts = Counter(it.account.username for it in listed)
    held = taken([it.account.username for it in listed])
    problems = []
    for it in listed:
        name = it.account.username
        if name in held:
            message = f"“{name}” đã có người dùng. Hãy chọn tên khác, hoặc để trống để hệ thống đặt."
            problems.append(Problem(place(it.number, USERNAME), message))
        elif counts[name] > 1:
            problems.append(Problem(place(it.number, USERNAME), f"“{name}” có hai lần trong danh sách."))
    return problems


def _refused(problems: list[Problem]) -> Invalid:
    problems = sorted(problems, key=_row_number)
    shown = f" Dưới đây là {SHOWN_PROBLEMS} chỗ đầu tiên." if len(problems) > SHOWN_PROBLEMS else ""
    return Invalid(
        f"Chưa tạo tài khoản nào: danh sách có {len(problems)} chỗ sai.{shown} Hãy sửa trong tệp rồi gửi lại.",
        problems[:SHOWN_PROBLEMS],
    )


def _row_number(problem: Problem) -> int:
    digits = problem.place.removeprefix("Dòng ").partition(",")[0]
    return int(digits) if digits.isdecimal() else 0


def template(actor: User, campaign: Campaign) -> bytes:
    """The empty workbook to fill in, with the roles that this person may give as a drop-down list."""
    roles = [words for _, words in _roles(actor, campaign)]
    drawn = io.BytesIO()
    with xlsxwriter.Workbook(drawn, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Danh sách")
        bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
        for at, header in enumerate(HEADERS.values()):
            sheet.write_string(0, at, header, bold)
            sheet.set_column(at, at, 24, text)
        names = workbook.add_worksheet("Vai trò")
        for at, words in enumerate(roles):
            names.write_string(at, 0, words)
        if roles:
            sheet.data_validation(
                1, 0, MOST_ROWS, 0, {"validate": "list", "source": f"='Vai trò'!$A$1:$A${len(roles)}"}
            )
        sheet.freeze_panes(1, 0)
    return drawn.getvalue()
