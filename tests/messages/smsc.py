"""A short message centre of the tests. It reads and writes its PDUs with smpp.pdu3, not with the client's library.

`at_submit(to, tries)` is asked before a message is taken: "" to take it, the name of an error status, "drop" to break the
line; `after_submit` likewise when it is taken and the answer not yet given. What was taken is in `taken`.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

from smpp.pdu import operations
from smpp.pdu.pdu_encoding import PDUEncoder
from smpp.pdu.pdu_types import (
    AddrTon,
    CommandStatus,
    DataCoding,
    DataCodingDefault,
    EsmClass,
    EsmClassGsmFeatures,
    EsmClassMode,
    EsmClassType,
    MessageState,
)  # fmt: skip

Rule = Callable[[str, int], str]
OK = CommandStatus.ESME_ROK


class Taken:
    """One submit_sm as the centre understood it."""

    def __init__(self, pdu: Any, name: str) -> None:
        fields = pdu.params
        self.name, self.to, self.sender = (
            name,
            fields["destination_addr"].decode(),
            fields["source_addr"].decode(),
        )
        self.ton = fields["source_addr_ton"]
        self.ucs2 = fields["data_coding"].schemeData == DataCodingDefault.UCS2
        self.wants_receipt = "REQUESTED" in fields["registered_delivery"].receipt.name
        octets = fields.get("message_payload") or fields["short_message"]
        self.payload = bool(fields.get("message_payload"))
        self.header = b""
        if EsmClassGsmFeatures.UDHI_INDICATOR_SET in fields["esm_class"].gsmFeatures:
            self.header, octets = octets[: octets[0] + 1], octets[octets[0] + 1 :]
        self.octets = octets

    @property
    def text(self) -> str:
        return self.octets.decode("utf-16-be") if self.ucs2 else self.octets.decode("ascii")


class Centre:
    def __init__(self, password: str = "mat-khau", delay: float = 0.0) -> None:
        self.password, self.delay = password, delay
        self.at_submit: Rule = lambda to, tries: ""
        self.after_submit: Rule = lambda to, tries: ""
        self.receipt_first = ""  # a state that is reported before the answer to the submit_sm
        self.taken: list[Taken] = []
        self.tries: Counter[str] = Counter()
        self.binds: list[Any] = []
        self.answers: list[Any] = []  # deliver_sm_resp
        self.enquiries = 0
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.naming: Callable[[int], str] = lambda number: f"m{number}"
        self.talks: list[Talk] = []
        self.server: Any = None

    def __enter__(self) -> Centre:
        centre = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                Talk(centre, self.request).go()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        for talk in self.talks:
            talk.end()

    def report(self, name: str, state: str, error: str = "000", *, fields: bool = False) -> None:
        """A delivery receipt over the standing bind: in the text, or in the optional fields alone."""
        self.talks[-1].report(name, state, error, fields=fields)


class Talk:
    def __init__(self, centre: Centre, line: socket.socket) -> None:
        self.centre, self.line, self.bound = centre, line, False
        self.sending = threading.Lock()
        centre.talks.append(self)

    def end(self) -> None:
        # a hard end, as when a cable is pulled
        with contextlib.suppress(OSError):
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.line.close()

    def say(self, pdu: Any) -> None:
        with self.sending:
            self.line.sendall(PDUEncoder().encode(pdu))

    def read(self) -> Any:
        head = self._exactly(4)
        length = struct.unpack(">L", head)[0]
        return PDUEncoder().decode(BytesIO(head + self._exactly(length - 4)))

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self.line.recv(count - len(got))
            if not more:
                raise OSError("gone")
            got += more
        return got

    def go(self) -> None:
        try:
            while self.answer(self.read()):
                pass
        except OSError:
            pass
        finally:
            self.line.close()

    def answer(self, pdu: Any) -> bool:
        centre, number = self.centre, pdu.seqNum
        if isinstance(pdu, operations.BindTransceiver):
            centre.binds.append(pdu)
            self.bound = pdu.params["password"] == centre.password.encode()
            status = OK if self.bound else CommandStatus.ESME_RINVPASWD
            self.say(operations.BindTransceiverResp(number, status, system_id=b"centre"))
        elif isinstance(pdu, operations.EnquireLink):
            centre.enquiries += 1
            self.say(operations.EnquireLinkResp(number))
        elif isinstance(pdu, operations.SubmitSM):
            return self.submit(pdu)
        elif isinstance(pdu, operations.DeliverSMResp):
            centre.answers.append(pdu)
        elif isinstance(pdu, operations.Unbind):
            self.say(operations.UnbindResp(number))
            return False
        return True

    def submit(self, pdu: Any) -> bool:
        centre, to = self.centre, pdu.params["destination_addr"].decode()
        if not self.bound:
            self.say(operations.SubmitSMResp(pdu.seqNum, CommandStatus.ESME_RINVBNDSTS))
            return True
        with centre.lock:
            centre.tries[to] += 1
            tries = centre.tries[to]
        if said := centre.at_submit(to, tries):
            return self._ruled(pdu, said)
        time.sleep(centre.delay)
        with centre.lock:
            taken = Taken(pdu, centre.naming(next(centre.numbers)))
            centre.taken.append(taken)
        if centre.receipt_first:
            self.report(taken.name, centre.receipt_first)
        if said := centre.after_submit(to, tries):
            return self._ruled(pdu, said)
        self.say(operations.SubmitSMResp(pdu.seqNum, OK, message_id=taken.name.encode()))
        return True

    def _ruled(self, pdu: Any, said: str) -> bool:
        if said == "drop":
            self.end()
            return False
        self.say(operations.SubmitSMResp(pdu.seqNum, CommandStatus[said]))
        return True

    def report(self, name: str, state: str, error: str = "000", *, fields: bool = False) -> None:
        text = f"id:{name} sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:{state} err:{error} text:"
        more: dict[str, Any] = {"short_message": text.encode()}
        if fields:
            states = {"DELIVRD": MessageState.DELIVERED, "UNDELIV": MessageState.UNDELIVERABLE}
            more = {
                "short_message": b"",
                "receipted_message_id": name.encode(),
                "message_state": states[state],
            }
        self.say(
            operations.DeliverSM(
                1000 + next(self.centre.numbers), source_addr_ton=AddrTon.INTERNATIONAL, source_addr=b"84912345678",
                destination_addr=b"TCTK", data_coding=DataCoding(schemeData=DataCodingDefault.SMSC_DEFAULT_ALPHABET),
                esm_class=EsmClass(EsmClassMode.DEFAULT, EsmClassType.SMSC_DELIVERY_RECEIPT), **more,
            )
        )  # fmt: skip
