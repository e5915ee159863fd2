"""Making a campaign and appointing people in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from django.db import transaction

from dieutra.campaigns.kind import Kind
from dieutra.campaigns.kind_folder import folder_rules
from dieutra.campaigns.kind_reading import kind_from
from dieutra.campaigns.models import Campaign, FormAdoption, GroupForm
from dieutra.engine.forms.channels import CHANNELS
from dieutra.engine.forms.compare import compare
from dieutra.engine.forms.examine import examine
from dieutra.engine.refusals import Forbidden, Invalid, NotNow, Problem, Stale
from dieutra.events.actions import record
from dieutra.forms.actions import digest_of, publish
from dieutra.forms.models import FormVersion, Upload, UploadedList
from dieutra.forms.queries import engine_form, lists_of
from dieutra.people.actions import Pair, Place, create_account
from dieutra.people.app_users import create_app_user
from dieutra.people.models import AppUser, Post, Role, User
from dieutra.people.permission import granting, require
from dieutra.places import shipped
from dieutra.places.actions import load_branch, load_catalogue
from dieutra.places.models import Area, Catalogue

CENTRE_ONLY = "Chỉ quản trị viên trung ương của cuộc điều tra công bố và đổi mẫu phiếu."
TRIAL_SECONDS = 5.0


@transaction.atomic
def create_campaign(
    folder: Path,
    slug: str,
    name: str,
    opens_on: date,
    list_due_on: date,
    closes_on: date,
    catalogue: str = "",
) -> Campaign:
    """Make a campaign from a kind's folder: its catalogue, its form published, its rules kept.

    `catalogue` names another list of areas than the kind does, loaded from a file before.
    """
    if not opens_on <= list_due_on <= closes_on:
        raise Invalid(
            "Lịch chưa đúng thứ tự.",
            [
                Problem(
                    "Lịch", "Ngày mở phải trước hạn nộp bảng kê, hạn nộp bảng kê phải trước ngày kết thúc."
                )
            ],
        )
    rules = folder_rules(folder)
    kind = kind_from(folder.name, rules)
    campaign = Campaign.objects.create(
        slug=slug,
        kind_slug=folder.name,
        name=name,
        catalogue=_catalogue(catalogue) if catalogue else _catalogue_of(kind, folder),
        form=_form_of(kind, folder),
        rules=rules,
        opens_on=opens_on,
        list_due_on=list_due_on,
        closes_on=closes_on,
    )
    if kind.opinion:
        GroupForm.objects.bulk_create(
            GroupForm(campaign=campaign, survey=it.survey, group=it.code, form=_published(folder, it.form))
            for it in kind.opinion.groups
        )
    record(None, "campaign.created", campaign, path=campaign.path, campaign_id=campaign.pk, kind=folder.name)
    return campaign


def _form_of(kind: Kind, folder: Path) -> FormVersion:
    return _published(folder, kind.opinion.groups[0].form if kind.opinion else "form.xlsx")


def _published(folder: Path, name: str) -> FormVersion:
    try:
        content = (folder / name).read_bytes()
    except OSError:
        raise Invalid(f"Thiếu tệp {name} trong {folder.name}.", [Problem(name, "Không có tệp")]) from None
    return publish(None, content, _lists_in(folder))


def _lists_in(folder: Path) -> dict[str, bytes]:
    """The lists that a kind's form looks up in: lists/*.csv and lists/*.xml."""
    found = [path for path in (folder / "lists").glob("*") if path.suffix in (".csv", ".xml")]
    return {path.name: path.read_bytes() for path in found}


def adopt_form(
    actor: User,
    campaign: Campaign,
    version: FormVersion,
    standing: int,
    renamed: Mapping[str, str] | None = None,
) -> FormAdoption:
    """From now on the campaign goes by another version of its form; its cases follow in the background.

    `standing` is the version that the person saw, Stale when it is no longer; `renamed`: old place -> new place, as she
    confirmed them. What was sent stays on its version.
    """
    require(actor, "form.publish", campaign, why=CENTRE_ONLY)
    if version.form_id != campaign.form.form_id:
        raise NotNow(
            f"Mẫu phiếu {version.form_id} khác mã với mẫu của cuộc điều tra ({campaign.form.form_id}). "
            "Hãy dùng một phiên bản của đúng mẫu phiếu đó."
        )
    if version.pk == standing == campaign.form_id:
        raise NotNow(f"Cuộc điều tra đang dùng phiên bản {version.version} rồi.")
    if campaign.kind.takes("web") and "web" not in version.channels:
        raise NotNow(
            f"Phiên bản {version.version} có câu không lên trang web được nên các đơn vị không kê khai được. "
            "Hãy xem lý do ở trang kiểm tra tệp, sửa phiếu rồi công bố phiên bản khác."
        )
    with transaction.atomic():
        won = Campaign.objects.filter(pk=campaign.pk, form_id=standing).update(form_id=version.pk)
        if not won:
            raise Stale(
                "Mẫu phiếu của cuộc điều tra vừa được người khác đổi. Việc của bạn chưa được ghi; hãy xem lại."
            )
        adoption = FormAdoption.objects.create(
            campaign=campaign,
            from_form_id=standing,
            to_form=version,
            renamed=_sound_renames(standing, version.pk, renamed or {}),
            by=actor,
        )
        record(
            actor,
            "campaign.form_adopted",
            campaign,
            path=campaign.path,
            campaign_id=campaign.pk,
            before=standing,
            after=version.pk,
            adoption=adoption.pk,
        )
    campaign.form = version
    return adoption


def _sound_renames(old: int, new: int, renamed: Mapping[str, str]) -> dict[str, str]:
    """Only those among the candidates that a comparison offers."""
    offered = {
        (it.old.path, it.new.path) for it in compare(engine_form(old).whole, engine_form(new).whole).renamed
    }
    wrong = [before for before, after in renamed.items() if (before, after) not in offered]
    if wrong:
        raise Invalid(
            "Có cặp câu đổi tên không đúng. Hãy tải lại trang so sánh rồi chọn lại.",
            [Problem(path, "Không thuộc các cặp được gợi ý") for path in wrong],
        )
    return dict(renamed)


def put_up_form(
    actor: User, campaign: Campaign, content: bytes, filename: str, lists: Mapping[str, bytes] | None = None
) -> Upload:
    """Keep a workbook with what was found in it, to be looked at and published later. The same bytes twice are one.

    `lists` are the CSV and XML files that it looks up in, by name.
    """
    require(actor, "form.publish", campaign, why=CENTRE_ONLY)
    sha256 = digest_of(content, lists or {})
    standing = Upload.objects.filter(campaign=campaign, sha256=sha256).first()
    if standing is not None:
        return standing
    result = examine(content, seconds=TRIAL_SECONDS, lists=lists).to_json()
    with transaction.atomic():
        upload, made = Upload.objects.get_or_create(
            campaign=campaign,
            sha256=sha256,
            defaults={"workbook": content, "filename": filename[:200], "result": result, "by": actor},
        )
        if made:
            rows = [
                UploadedList(upload=upload, name=name, content=found) for name, found in (lists or {}).items()
            ]
            UploadedList.objects.bulk_create(rows)
            facts = {"sha256": sha256, "ok": result["ok"]}
            record(actor, "form.put_up", upload, path=campaign.path, campaign_id=campaign.pk, **facts)
    return upload


def publish_upload(actor: User, upload: Upload) -> FormVersion:
    """Publish a workbook that was put up, as the next version of the campaign's form."""
    campaign = upload.campaign
    require(actor, "form.publish", campaign, why=CENTRE_ONLY)
    if not upload.result["ok"]:
        raise NotNow("Tệp này còn lỗi nên chưa công bố được. Hãy sửa các lỗi rồi nạp lại tệp.")
    if len(upload.result["refused"]) == len(CHANNELS):
        raise NotNow(
            "Phiếu này chưa dùng được trên kênh nào. Hãy xem các lý do bên dưới, sửa rồi nạp lại tệp."
        )
    form_id = upload.result["form"]["id"]
    if form_id != campaign.form.form_id:
        raise NotNow(
            f"Mã phiếu trong tệp là {form_id}, mẫu phiếu của cuộc điều tra là {campaign.form.form_id}. "
            "Hãy sửa form_id ở sheet settings rồi nạp lại tệp."
        )
    with transaction.atomic():
        version = publish(actor, bytes(upload.workbook), lists_of(upload))
        Upload.objects.filter(pk=upload.pk).update(published=version)
    upload.published = version
    return version


def _catalogue_of(kind: Kind, folder: Path) -> Catalogue:
    """The kind's own catalogue, with its branch when it has one."""
    if not kind.branch:
        return _catalogue(kind.catalogue)
    loaded = load_branch(kind.catalogue_slug, kind.catalogue, (folder / kind.branch).read_bytes())
    if loaded.errors:
        raise Invalid(f"Không nạp được nhánh {kind.branch} của kiểu điều tra.", list(loaded.errors))
    return Catalogue.objects.get(slug=kind.catalogue_slug)


def _catalogue(slug: str) -> Catalogue:
    """A shipped catalogue, loaded when it is not there yet, or one that was loaded from a file."""
    if slug in shipped.catalogues():
        load_catalogue(slug)
    found = Catalogue.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(
            f"Chưa có danh mục “{slug}”. Hãy nạp bằng lệnh “dieutra places load” trước khi lập cuộc điều tra."
        )
    return found


def appoint(
    actor: User | None,
    campaign: Campaign,
    role: str,
    area: Area,
    *,
    username: str,
    full_name: str,
    email: str = "",
) -> Post:
    """Create an account with a post at an area, as far as the campaign's kind lets the actor do so.

    A unit's account is never made here: it stands on the unit's own path and comes from the accepted list.
    """
    if role == Role.DV:
        raise Forbidden("Tài khoản đơn vị được lập từ bảng kê đã chấp nhận, không tạo riêng theo địa bàn.")
    if area.catalogue_id != campaign.catalogue_id:
        raise Forbidden("Địa bàn này không thuộc danh mục của cuộc điều tra.")
    return create_account(
        actor,
        campaign_id=campaign.pk,
        role=role,
        level=area.level,
        path=area.path,
        username=username,
        full_name=full_name,
        email=email,
        allowed=creatable(actor, campaign, area.path) if actor else None,
    )


def creatable(actor: User, campaign: Campaign, path: str) -> frozenset[Pair]:
    """The (role, level) pairs whose accounts the actor creates and looks after at a path."""
    posts = granting(actor, "account.create", Place(campaign.pk, path))
    pairs = [campaign.kind.may_create(post.role, post.level) for post in posts]
    return frozenset().union(*pairs)


def hand_out_phone(actor: User, campaign: Campaign, area: Area, name: str) -> tuple[AppUser, str]:
    """A collector's phone for an area of the campaign, with its token. Raises Forbidden and Invalid."""
    if area.catalogue_id != campaign.catalogue_id:
        raise Forbidden("Địa bàn này không thuộc danh mục của cuộc điều tra.")
    if not campaign.kind.takes("collect"):
        raise NotNow("Cuộc điều tra này không dùng ODK Collect. Hãy thu thập bằng trang web hoặc tệp Excel.")
    return create_app_user(actor, campaign_id=campaign.pk, level=area.level, path=area.path, name=name)
