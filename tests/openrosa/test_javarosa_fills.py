"""The whole way with JavaRosa, the library that Collect is made of: download, choose the unit, answer, send."""

from __future__ import annotations

import base64
import csv
import io
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import pyxform
from django.conf import LazySettings
from lxml import etree

from dieutra.cases import actions
from tests.cast import World, good_answers, path_of
from tests.openrosa.phone import Phone, given_phone

JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(shutil.which("javac") is None, reason="no JDK; scripts/test --all installs one"),
]


@pytest.fixture(scope="session")
def collect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect.java, compiled."""
    folder = tmp_path_factory.mktemp("collect")
    source = Path(__file__).parent / "Collect.java"
    subprocess.run(["javac", "-cp", JAR, "-d", folder, source], check=True)
    return folder


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"


def downloaded(phone: Phone, folder: Path) -> None:
    """The form and its media, from the addresses that the server gives."""
    for address, name in [(at, "form.xml") for at in addresses(phone.get("formList").content, "downloadUrl")]:
        (folder / name).write_bytes(taken(phone, address))
    for address in addresses(phone.get("formList").content, "manifestUrl"):
        manifest = taken(phone, address)
        names = re.findall(r"<filename>([^<]+)<", manifest.decode())
        for at, name in zip(addresses(manifest, "downloadUrl"), names, strict=True):
            (folder / name).write_bytes(taken(phone, at))


def addresses(content: bytes, tag: str) -> list[str]:
    return re.findall(rf"<{tag}>http://127.0.0.1:8000([^<]+)<", content.decode())


def taken(phone: Phone, address: str) -> bytes:
    return bytes(phone.client.get(address).content)


def filled(collect: Path, folder: Path, answers: Mapping[str, str]) -> bytes:
    lines = [f"{path}\t{base64.b64encode(text.encode()).decode()}" for path, text in answers.items()]
    command = ["java", "-cp", f"{JAR}:{collect}", "Collect", folder]
    done = subprocess.run(command, input="\n".join(lines).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return done.stdout


def test_javarosa_shows_what_the_list_knows_and_its_submission_goes_to_review(
    world: World, collect: Path, tmp_path: Path
) -> None:
    phone, case = given_phone(world), world.case("don.vi")
    downloaded(phone, tmp_path)
    known = actions.known_from_frame(case)
    answers = {path: text for path, text in good_answers(case).items() if path not in known}
    answers |= {path_of(case, "dien_thoai"): "0226385123", path_of(case, "dia_chi"): "1 Biên Hòa"}
    xml = filled(collect, tmp_path, {"/data/dieutra/don_vi": str(case.pk), **answers})

    root = etree.fromstring(xml)
    said = {path: root.findtext(path.removeprefix("/data/")) or "" for path in known}
    assert said == known, "fixed identification is looked up, the rest was filled in when the unit was chosen"
    response = phone.send(xml)
    assert response.status_code == 201
    case = world.case("don.vi")
    assert case.state == "submitted"
    kept = {path: case.response.answers.get(path, "").removesuffix(".0") for path in answers}
    assert kept == answers, "JavaRosa writes a decimal 2820 as 2820.0; else nothing differs"
    units = list(
        csv.DictReader(io.StringIO(phone.get(f"forms/{case.form_id}/media/don-vi.csv").content.decode()))
    )
    assert str(case.pk) not in {row["name"] for row in units}
