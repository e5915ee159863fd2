"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import io
import zipfile

Kind = tuple[str, tuple[str, ...]]  # content type, endings of a name that may go with it

JPEG: Kind = ("image/jpeg", (".jpg", ".jpeg"))
PNG: Kind = ("image/png", (".png",))
WEBP: Kind = ("image/webp", (".webp",))
PDF: Kind = ("application/pdf", (".pdf",))
MP4: Kind = ("video/mp4", (".mp4", ".m4v", ".mov"))
GPP: Kind = ("video/3gpp", (".3gp", ".3gpp", ".mp4"))
M4A: Kind = ("audio/mp4", (".m4a", ".mp4"))
MP3: Kind = ("audio/mpeg", (".mp3",))
OGG: Kind = ("audio/ogg", (".ogg", ".oga", ".opus"))
WAV: Kind = ("audio/wav", (".wav",))
AMR: Kind = ("audio/amr", (".amr",))
TEXT: Kind = ("text/plain", (".txt", ".csv", ".tsv", ".geojson"))

OOXML = "application/vnd.openxmlformats-officedocument"
OFFICE: dict[str, Kind] = {
    "word/": (f"{OOXML}.wordprocessingml.document", (".docx",)),
    "xl/": (f"{OOXML}.spreadsheetml.sheet", (".xlsx",)),
    "ppt/": (f"{OOXML}.presentationml.presentation", (".pptx",)),
}
OPEN_DOCUMENT: dict[str, Kind] = {
    "application/vnd.oasis.opendocument.text": ("application/vnd.oasis.opendocument.text", (".odt",)),
    "application/vnd.oasis.opendocument.spreadsheet": (
        "application/vnd.oasis.opendocument.spreadsheet",
        (".ods",),
    ),
}
STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"%PDF-", PDF),
    (b"ID3", MP3),
    (b"OggS", OGG),
    (b"#!AMR", AMR),
)
MPEG_FRAMES = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")
KINDS = (
    JPEG,
    PNG,
    WEBP,
    PDF,
    MP4,
    GPP,
    M4A,
    MP3,
    OGG,
    WAV,
    AMR,
    TEXT,
    *OFFICE.values(),
    *OPEN_DOCUMENT.values(),
)
ENDINGS = frozenset(ending for _, endings in KINDS for ending in endings)
PARTS = 10_000  # more members than any document of an office has
CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 12, 13)) + b"\x7f"


def recognised(content: bytes) -> Kind | None:
    """Content type and endings of what may be kept; None for anything else."""
    for start, kind in STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF"):
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(content[8:12])
    if content[4:8] == b"ftyp":
        return _film_or_sound(content[8:12])
    if content[:2] in MPEG_FRAMES:
        return MP3
    if content.startswith(b"PK\x03\x04"):
        return _document(content)
    return TEXT if _is_text(content) else None


def _film_or_sound(brand: bytes) -> Kind | None:
    if brand.startswith(b"3g"):
        return GPP
    if brand.startswith(b"M4A"):
        return M4A
    # heic, avif and other still pictures use the same box
    films = (
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"qt  ",
        b"MSNV",
    )
    if brand in films:
        # phones write sound of the recorder under the brand of films
        return (MP4[0], (*MP4[1], ".m4a"))
    return None


def _document(content: bytes) -> Kind | None:
    """An office document; one with macros, an ordinary archive or a damaged one is none. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > PARTS or any("vbaproject" in name.lower() for name in names):
                return None
            if members and members[0].filename == "mimetype" and members[0].file_size < 200:
                return OPEN_DOCUMENT.get(archive.read(members[0])[:200].decode("ascii", "replace"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for folder, kind in OFFICE.items() if any(it.startswith(folder) for it in names)), None)


def _is_text(content: bytes) -> bool:
    if any(code in CONTROLS for code in set(content)):
        return False
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True
