"""`dieutra frames …`: carrying an earlier list over at the command line."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from dieutra.engine.refusals import Invalid, NotNow

LONGEST = 3600  # seconds to wait for the background work


def add_frame_commands(commands: Any) -> None:
    """The subparser `frames` with its command."""
    frames = commands.add_parser("frames", help="listing frames").add_subparsers(
        required=True, metavar="what"
    )
    carry = frames.add_parser(
        "carry", help="carry the list of an earlier campaign over to the areas of a new one; report as JSON"
    )
    carry.add_argument("campaign", help="slug of the new campaign")
    carry.add_argument(
        "--as", dest="actor", required=True, help="sign-in name of the administrator who does it"
    )
    carry.add_argument("--province", required=True, help="code of the old province")
    source = carry.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="source", help="slug of the earlier campaign")
    source.add_argument("--file", type=Path, help="a list in the layout of --kind")
    carry.add_argument("--kind", default="co-so-hanh-chinh-2021", help="kind whose layout --file has")
    carry.add_argument("--catalogue", default="vn-2025-03", help="old catalogue of --file")
    carry.add_argument("--place", action="store_true", help="put what is carried into the new list")
    carry.set_defaults(run=_carry)


def _carry(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from dieutra.campaigns.models import Campaign
    from dieutra.carrying import actions, queries
    from dieutra.people.models import User

    campaign = Campaign.objects.filter(slug=options.campaign).first()
    actor = User.objects.filter(username=options.actor).first()
    if campaign is None or actor is None:
        raise Invalid("Không có cuộc điều tra hoặc tài khoản mang tên này.")
    carry = _begin(options, actor, campaign)
    _wait(lambda: bool(_fresh(carry).converted_at))
    if options.place:
        try:
            actions.ask_to_place(actor, _fresh(carry))
            _wait(lambda: not _left_to_place(carry))
        except NotNow:
            pass  # nothing new to place: what is there is reported
    report = queries.report(_fresh(carry))
    print(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    return 0 if report.adds_up else 1


def _begin(options: argparse.Namespace, actor: Any, campaign: Any) -> Any:
    from dieutra.campaigns.models import Campaign
    from dieutra.carrying import actions
    from dieutra.places.models import Area

    source = Campaign.objects.filter(slug=options.source).first() if options.source else None
    if options.source and source is None:
        raise Invalid(f"Không có cuộc điều tra “{options.source}”.")
    catalogue = source.catalogue.slug if source else options.catalogue
    province = Area.objects.filter(catalogue__slug=catalogue, code=options.province).first()
    if province is None:
        raise Invalid(f"Danh mục {catalogue} không có tỉnh mã “{options.province}”.")
    if source is not None:
        return actions.begin_from_campaign(actor, campaign, source, province)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise Invalid(f"Không đọc được tệp {options.file}: {error.strerror}.") from error
    return actions.begin_from_file(actor, campaign, province, options.kind, content, options.file.name)


def _fresh(carry: Any) -> Any:
    from dieutra.carrying.models import Carry

    return Carry.objects.select_related("campaign", "province", "old_province", "source").get(pk=carry.pk)


def _left_to_place(carry: Any) -> bool:
    from dieutra.jobs.models import Job

    waiting = Job.objects.filter(kind="carrying.place", payload__carry=carry.pk)
    return waiting.filter(state__in=(Job.State.WAITING, Job.State.RUNNING)).exists()


def _wait(done: Any) -> None:
    """Work here until it is done, beside any other worker."""
    from dieutra.jobs.worker import work_once
    from dieutra.reactions import REACTIONS

    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if not work_once(REACTIONS, {}) and done():
            return
        if not done():
            time.sleep(0.05)
    raise NotNow("Việc nền chưa xong. Lệnh chạy lại sẽ làm tiếp từ chỗ đang dở.")
