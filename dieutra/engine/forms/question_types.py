"""The type words of XLSForm: what each is in a form, and which channels can carry it."""

from __future__ import annotations

import re
from typing import NamedTuple

SELECT = re.compile(
    r"(?P<word>select[ _]?one|select1|select[ _]?multiple|select all that apply|rank|"
    r"select[ _]one[ _]external|select[ _]one[ _]from[ _]file|select[ _]multiple[ _]from[ _]file)"
    r"(?: from| using)?\s+(?P<list>\S+)(?P<other>\s+(?:or_other|or specify other))?",
    re.IGNORECASE,
)
BEGIN = re.compile(r"begin[ _](group|repeat)", re.IGNORECASE)
END = re.compile(r"end[ _](group|repeat)", re.IGNORECASE)

TYPES = {"text": "string", "string": "string", "integer": "int", "int": "int", "decimal": "decimal"}
TYPES |= {"date": "date", "time": "time", "datetime": "dateTime", "date time": "dateTime", "note": "string"}
TYPES |= {"calculate": "string", "hidden": "string", "acknowledge": "acknowledge", "trigger": "acknowledge"}
TYPES |= {"range": "decimal", "barcode": "barcode", "geopoint": "geopoint", "gps": "geopoint"}
TYPES |= {"location": "geopoint", "geotrace": "geotrace", "geoshape": "geoshape", "percentage": "int"}
TYPES |= dict.fromkeys(("image", "photo", "picture", "audio", "video", "file", "osm"), "binary")
TYPES |= {"start": "dateTime", "end": "dateTime", "today": "date", "username": "string"}
DEVICE = frozenset(("device id", "phone number", "sim id"))
DEVICE |= frozenset(["deviceid", "imei", "phonenumber", "email", "subscriberid", "simserial", "audit"])
DEVICE |= frozenset(["start-geopoint", "background-audio", "background-geopoint"])
TYPES |= dict.fromkeys(DEVICE, "string")
EXTERNAL = frozenset({"csv-external", "xml-external"})
METADATA = frozenset({"start", "end", "today", "username"})

NOT_ON_A_PAGE = {
    "audit": "nhật ký thao tác chỉ có trong ứng dụng ODK Collect",
    "osm": "đối tượng OpenStreetMap chỉ có trong ứng dụng ODK Collect",
    "geotrace": "vẽ đường trên bản đồ chỉ có trong ứng dụng ODK Collect",
    "geoshape": "vẽ vùng trên bản đồ chỉ có trong ứng dụng ODK Collect",
}
NOT_ON_A_PAGE |= {
    word: "thông tin của điện thoại chỉ ứng dụng ODK Collect lấy được"
    for word in DEVICE
    if word not in NOT_ON_A_PAGE
}
NOT_IN_A_WORKBOOK = dict.fromkeys(
    ("image", "photo", "picture", "audio", "video", "file"), "tệp đính kèm không gửi được trong sổ Excel"
)


class Written(NamedTuple):
    """A type cell, read: `kind` is select, repeat, group, external or plain; `type` as a Node has it."""

    kind: str
    type: str | None
    word: str
    list: str = ""
    other: bool = False

    @property
    def from_file(self) -> bool:
        return self.list.lower().endswith((".csv", ".xml", ".geojson"))


def read_type(text: str) -> Written | None:
    """What a type cell says; None when it is no type of XLSForm."""
    written = " ".join(text.split())
    begin = BEGIN.fullmatch(written)
    if begin:
        return Written(begin[1].lower(), None, written.lower())
    select = SELECT.fullmatch(written)
    if select:
        word = select["word"].lower().replace("_", " ")
        kind = "rank" if word == "rank" else "select" if "multiple" in word or "all" in word else "select1"
        return Written("select", kind, word, select["list"], bool(select["other"]))
    word = written.lower()
    if word in EXTERNAL:
        return Written("external", None, word)
    return Written("plain", TYPES[word], word) if word in TYPES else None
