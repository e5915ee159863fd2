"""The command line: `dieutra <command>`. Each command says what it does with `--help`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from dieutra.cli_forms import add_form_commands
from dieutra.cli_frames import add_frame_commands
from dieutra.cli_mail import add_mail_commands
from dieutra.cli_selfcheck import add_self_check
from dieutra.cli_sms import add_sms_commands
from dieutra.engine.refusals import Invalid, Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dieutra.settings")
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
        for problem in refusal.problems if isinstance(refusal, Invalid) else ():
            print(f"  {problem.place}: {problem.message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if type(error).__name__ in ("OperationalError", "ProgrammingError"):
            print(
                f"Cơ sở dữ liệu chưa dùng được ({error}). Hãy chạy “dieutra prepare” trước.", file=sys.stderr
            )
            return 1
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dieutra", description="Surveys, censuses and data-entry campaigns."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    prepare = commands.add_parser("prepare", help="make or upgrade the database and gather the static files")
    prepare.set_defaults(run=_prepare)

    demo = commands.add_parser("demo", help="fill an empty database with the demo campaign")
    demo.set_defaults(run=_demo)

    serve = commands.add_parser("serve", help="serve the site, with the background worker beside it")
    serve.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    serve.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    serve.add_argument("--processes", type=int, default=1)
    serve.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere")
    serve.set_defaults(run=_serve)

    work = commands.add_parser("work", help="run the background worker alone")
    work.set_defaults(run=_work)

    kind = commands.add_parser("kind", help="campaign kinds").add_subparsers(required=True, metavar="what")
    check = kind.add_parser("check", help="check a kind's folder; names file, line and cause")
    check.add_argument("slug")
    check.set_defaults(run=_kind_check)

    campaign = commands.add_parser("campaign", help="campaigns").add_subparsers(required=True, metavar="what")
    create = campaign.add_parser("create", help="make a campaign from a kind, and its first administrator")
    create.add_argument("kind")
    create.add_argument("--slug", required=True)
    create.add_argument("--name", default="", help="the kind's title when left out")
    create.add_argument(
        "--catalogue", default="", help="another list of areas than the kind's; see `places load`"
    )
    create.add_argument("--opens", required=True, help="YYYY-MM-DD")
    create.add_argument("--list-due", required=True, help="YYYY-MM-DD")
    create.add_argument("--closes", required=True, help="YYYY-MM-DD")
    create.add_argument("--admin", required=True, help="sign-in name of the central administrator")
    create.add_argument("--admin-name", required=True)
    create.add_argument("--admin-email", required=True, help="gets the activation link")
    create.set_defaults(run=_campaign_create)

    add_form_commands(commands)
    add_frame_commands(commands)
    add_mail_commands(commands)
    add_sms_commands(commands)
    add_self_check(commands)

    places = commands.add_parser("places", help="administrative catalogues").add_subparsers(
        required=True, metavar="what"
    )
    load = places.add_parser("load", help="load a catalogue of areas from a .csv or .xlsx file")
    load.add_argument("file", type=Path)
    load.add_argument("--slug", required=True)
    load.add_argument("--name", required=True)
    load.add_argument("--valid-from", required=True, help="YYYY-MM-DD")
    load.add_argument("--source", required=True)
    load.set_defaults(run=_places_load)

    search = places.add_parser("search", help="areas by name, with or without tone marks, or by code")
    search.add_argument("text")
    search.add_argument("--catalogue", default="vn-2026-04")
    search.set_defaults(run=_places_search)
    convert = places.add_parser("convert", help="what became of an area; splits are left to a person")
    convert.add_argument("code")
    convert.add_argument("--from", dest="old", default="vn-2025-03")
    convert.add_argument("--into", default="vn-2026-04")
    convert.set_defaults(run=_places_convert)
    workbook = commands.add_parser("workbook", help="a unit's form as an Excel workbook").add_subparsers(
        required=True, metavar="what"
    )
    make = workbook.add_parser("make", help="write the workbook of a case, with its draft filled in")
    make.add_argument("case", type=int)
    make.add_argument("file", type=Path)
    make.set_defaults(run=_workbook_make)
    read = workbook.add_parser("read", help="print what a returned workbook changes as JSON; stores nothing")
    read.add_argument("file", type=Path)
    read.set_defaults(run=_workbook_read)

    rehearse = commands.add_parser("rehearse", help="play a whole campaign with simulated people over HTTP")
    rehearse.add_argument("kind")
    rehearse.add_argument("--province", default="", help="the kind's own choice when left out")
    rehearse.add_argument("--units", type=int, help="at most so many units (spread over the communes)")
    rehearse.add_argument("--people", type=int, help="of an opinion survey: about so many are asked")
    rehearse.add_argument("--bodies", type=int, default=0, help="of an opinion survey: at most so many each")
    rehearse.add_argument("--clients", type=int, default=4, help="people at work at the same time")
    rehearse.add_argument("--seed", type=int, default=2021)
    rehearse.add_argument("--json", action="store_true", help="print the report as JSON")
    rehearse.add_argument("--database", default="", help="postgresql://… ; a fresh SQLite file when left out")
    rehearse.add_argument("--keep", type=Path, help="keep database, mail and logs in this folder")
    rehearse.set_defaults(run=_rehearse)
    return parser


def _setup() -> None:
    import django

    django.setup()


def _prepare(options: argparse.Namespace) -> int:
    _setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    return 0


def _demo(options: argparse.Namespace) -> int:
    _setup()
    from dieutra.rehearsal.demo import make_demo
    from dieutra.rehearsal.opinion_demo import make_opinion_demo

    for line in [*make_demo(), *make_opinion_demo()]:
        print(line)
    return 0


def _serve(options: argparse.Namespace) -> int:
    """Granian serves in its own processes; the worker is a child that ends with this process."""
    import subprocess

    from granian import Granian
    from granian.constants import Interfaces

    worker = None
    if not options.no_worker:
        worker = subprocess.Popen([sys.executable, "-m", "dieutra.cli", "work"])
    try:
        Granian(
            "dieutra.wsgi:application",
            address=options.host,
            port=options.port,
            interface=Interfaces.WSGI,
            workers=options.processes,
            blocking_threads=4,
            log_level="warning",
        ).serve()
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait(20)
    return 0


def _work(options: argparse.Namespace) -> int:
    _setup()
    from dieutra.jobs.worker import work
    from dieutra.messages.sending import send_on
    from dieutra.reactions import REACTIONS, SCHEDULE

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _end_with_parent(stop)
    senders = [threading.Thread(target=send_on, args=(stop, channel)) for channel in ("email", "sms")]
    for sender in senders:
        sender.start()
    work(REACTIONS, SCHEDULE, stop)
    for sender in senders:
        sender.join(30)
    return 0


def _end_with_parent(stop: threading.Event) -> None:
    """A worker started by `serve` stops when its server is killed, so that no orphan goes on working."""
    parent = os.getppid()

    def watch() -> None:
        while not stop.wait(2):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, daemon=True).start()


def _kind_check(options: argparse.Namespace) -> int:
    _setup()
    from dieutra.campaigns.checking import check_folder

    problems = check_folder(options.slug)
    for problem in problems:
        print(f"{problem.place}: {problem.message}", file=sys.stderr)
    if problems:
        print(f"{options.slug}: {len(problems)} chỗ sai.", file=sys.stderr)
        return 1
    print(f"{options.slug}: dùng được.")
    return 0


def _campaign_create(options: argparse.Namespace) -> int:
    _setup()
    from datetime import date

    from django.db import transaction

    from dieutra.campaigns.actions import appoint, create_campaign
    from dieutra.campaigns.checking import kind_folder
    from dieutra.campaigns.kind_reading import read_kind
    from dieutra.places.models import Area

    folder = kind_folder(options.kind)
    name = options.name or read_kind(folder).title["vi"]
    days = [date.fromisoformat(text) for text in (options.opens, options.list_due, options.closes)]
    with transaction.atomic():  # a campaign that nobody administers would only keep its short name taken
        campaign = create_campaign(folder, options.slug, name, days[0], days[1], days[2], options.catalogue)
        centre = Area.objects.get(catalogue=campaign.catalogue, path=campaign.path)
        appoint(
            None,
            campaign,
            "qtv",
            centre,
            username=options.admin,
            full_name=options.admin_name,
            email=options.admin_email,
        )
    print(f"{campaign.slug}: {campaign.name}")
    return 0


def _places_load(options: argparse.Namespace) -> int:
    _setup()
    from datetime import date

    from dieutra.places.actions import load_catalogue_file

    loaded = load_catalogue_file(
        options.file, options.slug, options.name, date.fromisoformat(options.valid_from), options.source
    )
    for problem in loaded.errors:
        print(f"{problem.place}: {problem.message}", file=sys.stderr)
    print(
        ", ".join(f"cấp {level}: {count}" for level, count in loaded.count_by_level.items()) or "Chưa nạp gì."
    )
    return 1 if loaded.errors else 0


def _places_search(options: argparse.Namespace) -> int:
    _setup()
    from dieutra.places.actions import ensure_catalogues
    from dieutra.places.queries import search

    ensure_catalogues(options.catalogue)
    found = search(options.catalogue, options.text)
    for area in found:
        above = f", {area.parent.name}" if area.parent else ""
        print(f"{area.code}\t{area.name}{above}")
    if not found:
        print(f"Không có địa bàn nào khớp “{options.text}” trong {options.catalogue}.", file=sys.stderr)
    return 0 if found else 1


def _places_convert(options: argparse.Namespace) -> int:
    _setup()
    from dieutra.places.actions import ensure_catalogues
    from dieutra.places.models import Area
    from dieutra.places.queries import area_by_code, convert

    ensure_catalogues(options.old, options.into)
    try:
        area = area_by_code(options.old, options.code)
    except Area.DoesNotExist:
        print(f"Danh mục {options.old} không có mã “{options.code}”.", file=sys.stderr)
        return 1
    became = convert(area, options.into)
    print(
        f"{area.code} {area.name} ({options.old})"
        + (" – cần người quyết định" if became.needs_person else "")
    )
    for new in became.candidates:
        note = became.notes.get(new.code, "")
        print(
            f"  → {new.code}\t{new.name}, {new.parent.name if new.parent else ''}"
            + (f" ({note})" if note else "")
        )
    return 0


def _workbook_make(options: argparse.Namespace) -> int:
    _setup()
    from dieutra.cases.queries import cases_with_form, sheet_to_fill
    from dieutra.channels.workbook.make import make_workbook

    case = cases_with_form().filter(pk=options.case).first()
    if case is None:
        raise Invalid(f"Không có phiếu số {options.case}.")
    options.file.write_bytes(make_workbook(case, sheet_to_fill(case)))
    return 0


def _workbook_read(options: argparse.Namespace) -> int:
    _setup()

    from dieutra.cases.queries import cases_with_form
    from dieutra.channels.workbook.read import facts_in, read_workbook

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise Invalid(f"Không đọc được tệp {options.file}: {error.strerror}.") from error
    number = int(facts_in(content).case)
    case = cases_with_form().filter(pk=number).first()
    if case is None:
        raise Invalid(f"Tệp của phiếu số {number}; cơ sở dữ liệu này không có phiếu đó.")
    read = read_workbook(content, case)
    for problem in read.problems:
        print(f"{problem.place}: {problem.message}", file=sys.stderr)
    if read.hindering:
        return 1
    print(json.dumps(dict(read.changes), ensure_ascii=False, indent=1))
    return 0


def _rehearse(options: argparse.Namespace) -> int:
    from dieutra.rehearsal.run import rehearse

    return rehearse(
        options.kind,
        province=options.province,
        units=options.units,
        clients=options.clients,
        seed=options.seed,
        as_json=options.json,
        keep=options.keep,
        database=options.database,
        people=options.people,
        bodies=options.bodies,
    )


if __name__ == "__main__":
    sys.exit(main())
