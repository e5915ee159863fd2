"""The host: migrations, rights on files, versions of what the product runs on, personal data in the server's log."""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import re
import stat
from collections import deque
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dieutra.cases.filetypes import recognised
from dieutra.selfcheck.lines import NOT_APPLICABLE, OWN, PERSON, Found, check, decided

PART = "Máy chủ, phần mềm"
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)
PERSONAL = {
    "địa chỉ thư": re.compile(rb"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "số điện thoại": re.compile(rb"(?<!\d)0[35789]\d{8}(?!\d)"),
    "số căn cước": re.compile(rb"(?<!\d)0\d{11}(?!\d)"),
    "liên kết kích hoạt": re.compile(rb"/(?:kich-hoat|collect|thoi-nhan-thu)/+[\w-]{16,}"),
}
LINES = 5000
DANGEROUS = (
    b"MZ\x90\x00" + bytes(60),
    b"\x7fELF" + bytes(60),
    b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>\x00",
)


@check(PART, "migrations", "Cơ sở dữ liệu đúng phiên bản phần mềm", OWN)
def migrations() -> Found:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    done = len(executor.loader.applied_migrations)
    return decided(not plan, f"{done} bước đã chạy, {len(plan)} bước chưa chạy ({connection.vendor})")


@check(PART, "file-rights", "Tệp dữ liệu không mở cho người khác trên máy chủ", OWN)
def file_rights() -> Found:
    """Closed to others by itself, or below a folder that is."""
    evidence, good = [], True
    database = str(settings.DATABASES["default"]["NAME"]) if connection.vendor == "sqlite" else ""
    wanted = [
        settings.VAR,
        settings.VAR / "secret-key",
        settings.FILES_DIR,
        settings.EMAIL_FILE_PATH,
        database,
    ]
    for path in (
        Path(str(it)) for it in wanted if str(it) not in ("", ".") and not str(it).startswith("file:")
    ):
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        open_to_others = bool(mode & 0o007) and not _shut_above(path)
        good = good and not open_to_others
        evidence.append(f"{path.name}: {mode:o}{' – mở cho người khác' if open_to_others else ''}")
    return decided(good, *evidence)


def _shut_above(path: Path) -> bool:
    return any(not stat.S_IMODE(folder.stat().st_mode) & 0o001 for folder in path.resolve().parents)


@check(PART, "dependencies", "Thư viện đúng phiên bản đã ghim kèm mã băm", OWN)
def dependencies() -> Found:
    file = settings.BASE_DIR / "requirements.txt"
    if not file.is_file():
        return PERSON, [
            "Không thấy requirements.txt cạnh phần mềm; đối chiếu danh sách ở phụ lục với bản phát hành."
        ]
    text = file.read_text("utf-8")
    pins = dict(PINNED.findall(text))
    standing = {name: _version(name) for name in pins}
    wrong = [
        f"{name} {standing[name] or '(không có)'} thay vì {pins[name]}"
        for name in pins
        if standing[name] != pins[name]
    ]
    digest = hashlib.sha256(text.encode()).hexdigest()
    said = f"{len(pins)} thư viện đã ghim, {text.count('--hash=sha256:')} mã băm; SHA-256 của requirements.txt: {digest}"
    return decided(not wrong and "--hash=" in text, said, *wrong[:20])


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def packages() -> list[list[str]]:
    """Name, version and the SHA-256 of the list of installed files of every package that the process can load."""
    found = {}
    for it in importlib.metadata.distributions():
        record = it.read_text("RECORD") or ""
        name = str(it.metadata["Name"])
        found[name.lower()] = [
            name,
            it.version,
            hashlib.sha256(record.encode()).hexdigest() if record else "",
        ]
    return [found[name] for name in sorted(found)]


@check(PART, "uploads", "Tệp tải lên được nhận biết theo nội dung, có giới hạn cỡ", OWN)
def uploads() -> Found:
    taken = sum(recognised(content) is not None for content in DANGEROUS)
    limits = f"FILE_LIMIT = {settings.FILE_LIMIT}, UPLOAD_LIMIT = {settings.UPLOAD_LIMIT} byte"
    return decided(
        not taken, f"Thử {len(DANGEROUS)} nội dung nguy hiểm: {len(DANGEROUS) - taken} bị từ chối", limits
    )


@check(PART, "log-filter", "Nhật ký máy chủ không ghi mã của liên kết", OWN)
def log_filter() -> Found:
    """A line with a token is put through every handler's filters."""
    handlers = [it for it in logging.getLogger().handlers if not isinstance(it, logging.NullHandler)]
    shown = []
    for handler in handlers:
        record = logging.LogRecord(
            "thu", logging.INFO, "", 0, "GET /kich-hoat/%s/ 200", ("bi-mat-123456",), None
        )
        handler.filter(record)
        shown.append("bi-mat-123456" not in record.getMessage())
    if not shown:
        return NOT_APPLICABLE, ["Tiến trình này không ghi nhật ký."]
    return decided(all(shown), f"{len(shown)} nơi ghi nhật ký, {sum(shown)} nơi đã che mã")


@check(PART, "access-log", "Nhật ký truy cập không có dữ liệu cá nhân", OWN)
def access_log() -> Found:
    file: Path | None = settings.ACCESS_LOG
    if file is None or not file.is_file():
        return PERSON, [
            "Chưa khai báo DIEUTRA_ACCESS_LOG (tệp nhật ký truy cập của máy chủ đứng trước) nên không đọc mẫu được."
        ]
    with file.open("rb") as lines:
        sample = b"".join(deque(lines, LINES))
    found = {words: len(pattern.findall(sample)) for words, pattern in PERSONAL.items()}
    number = sample.count(b"\n")
    return decided(
        not any(found.values()),
        f"{number} dòng cuối của {file.name}",
        *(f"{k}: {n}" for k, n in found.items()),
    )
