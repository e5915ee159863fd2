"""An HTTP gateway of the tests on real sockets: it delays, refuses, answers nonsense and drops the line."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = (
    tuple[int, dict[str, Any]] | str
)  # a status and a JSON body, or "drop" (not taken) or "drop after" (taken)


class GatewayServer:
    """`rule(to, tries)` says what to answer; None takes the message. `taken`: (path, headers, fields) of each one."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.rule: Callable[[str, int], Answer | None] = lambda to, tries: None
        self.taken: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.tries: Counter[str] = Counter()
        self.lock = threading.Lock()

    def __enter__(self) -> GatewayServer:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                if "json" in self.headers.get("Content-Type", ""):
                    fields = json.loads(content)
                else:
                    fields = {name: values[0] for name, values in parse_qs(content).items()}
                gateway.take(self, fields)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def take(self, request: BaseHTTPRequestHandler, fields: dict[str, Any]) -> None:
        to = str(fields["to"])
        with self.lock:
            self.tries[to] += 1
            said = self.rule(to, self.tries[to])
        time.sleep(self.delay)
        if said is None or said == "drop after":
            with self.lock:
                self.taken.append((request.path, dict(request.headers), fields))
                number = len(self.taken)
        if isinstance(said, str):
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.connection.close()
            request.close_connection = True
            return
        status, body = said or (200, {"code": "0", "data": {"id": f"g{number}"}})
        content = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)
