"""Reading questionnaires."""

from __future__ import annotations

from functools import lru_cache

from dieutra.engine.forms.form import Form
from dieutra.forms.models import FormVersion, Upload


@lru_cache(maxsize=64)
def engine_form(version_id: int) -> Form:
    """The compiled form of a published version, as the unit has it; `.whole` has all rules.

    Versions never change, so it is kept for the process's life.
    """
    whole = Form.from_json(FormVersion.objects.values_list("model", flat=True).get(pk=version_id))
    return whole.for_unit


def lists_of(upload: Upload) -> dict[str, bytes]:
    """The lists that came with a workbook, by file name."""
    return {name: bytes(content) for name, content in upload.lists.values_list("name", "content")}
