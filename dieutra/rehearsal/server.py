"""The site that a rehearsal plays on: its own database, mail folder and port, started and stopped here."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx

from dieutra.engine.refusals import Refusal


class NotStarted(Refusal):
    pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`with Server(folder) as server:` prepares a database, serves it, and ends everything after."""

    def __init__(self, folder: Path, database: str = "", processes: int = 1) -> None:
        self.folder, self.processes = folder, processes
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dieutra.settings",
            "DIEUTRA_VAR": str(folder),
            "DIEUTRA_DATABASE": database or f"sqlite:///{folder / 'rehearsal.sqlite3'}",
            "DIEUTRA_SITE_URL": self.url,
            "DIEUTRA_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "DIEUTRA_EMAIL_DIR": str(folder / "mail"),
            "DIEUTRA_LOG": "WARNING",
            "DIEUTRA_SECOND_FACTOR": os.environ.get("DIEUTRA_SECOND_FACTOR", "off"),
        }

    def run(self, *command: str) -> str:
        """A dieutra command against the rehearsal's database."""
        done = subprocess.run(
            [sys.executable, "-m", "dieutra.cli", *command],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotStarted(f"Lệnh {' '.join(command)} không chạy được:\n{done.stderr[-2000:]}")
        return done.stdout

    def __enter__(self) -> Server:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "mail").mkdir(exist_ok=True)
        self.prepare()
        self.start()
        return self

    def prepare(self) -> None:
        """The database and what else `serve` needs."""
        self.run("prepare")

    def start(self) -> None:
        """Serve in a process group of its own, and wait until it answers."""
        command = ["-m", "dieutra.cli", "serve", "--port", str(self.port), "--processes", str(self.processes)]
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_up()

    def kill(self) -> None:
        """kill -9 of the server with all its processes, as when the power fails."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _wait_until_up(self) -> None:
        for _ in range(150):
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise NotStarted(f"Máy chủ diễn tập không khởi động được; xem {self.folder / 'server.log'}.")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


class Mailbox:
    """Letters as they arrive in the mail folder; each file is read once."""

    LINK = re.compile(r"https?://[^/\s]+(/kich-hoat/[^\s]+)")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.letters: dict[str, list[str]] = defaultdict(list)
        self.read: dict[str, int] = {}  # file -> its size when it was read to the end
        self.kept: dict[str, int] = defaultdict(int)  # file -> letters kept of it
        self.lock = threading.Lock()

    def look(self) -> None:
        """Read what is new. A file may grow by another letter; a letter is whole when its closing line is there."""
        with self.lock:
            for file in sorted(self.folder.iterdir()):
                size = file.stat().st_size
                if self.read.get(file.name) == size:
                    continue
                *letters, rest = re.split(r"^-{60,}$", file.read_text("utf-8"), flags=re.M)
                for letter in letters[self.kept[file.name] :]:
                    self._keep(letter.strip())
                self.kept[file.name] = len(letters)
                if not rest.strip():
                    self.read[file.name] = size

    def _keep(self, text: str) -> None:
        if not text:
            return
        letter = email.message_from_string(text, policy=email.policy.default)
        body = letter.get_body(("plain",))
        self.letters[str(letter["To"]).lower()].append(body.get_content() if body else "")

    def link_for(self, address: str, seconds: float = 120) -> str:
        """The newest activation link sent to an address."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
            with self.lock:
                links = self.LINK.findall("\n".join(self.letters.get(address.lower(), [])))
            if links:
                return str(links[-1])
            time.sleep(0.2)
        raise NotStarted(f"Không thấy thư kích hoạt gửi tới {address} trong {seconds:.0f} giây.")
