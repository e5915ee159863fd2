"""The code that sets up ODK Collect: its settings as JSON, deflated, in base64, drawn as a QR code."""

from __future__ import annotations

import base64
import io
import json
import zlib

import segno


def settings_text(server_url: str, project: str) -> str:
    """What the code says; Collect takes settings that are not named as they are by default."""
    settings = {
        "general": {
            "server_url": server_url,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": project},
    }
    plain = json.dumps(settings, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(plain, 9)).decode()


def drawing(text: str) -> str:
    """The QR code as an SVG document."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="svg", xmldecl=False, scale=4, border=4, light="white")
    return drawn.getvalue().decode()


def picture(text: str) -> str:
    """The same as the address of an image, which a page may show under our content security policy."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing(text).encode()).decode()
