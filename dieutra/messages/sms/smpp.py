"""A short message centre spoken to in SMPP 3.4 (smpplib): one standing bind, one message in the air at a time.

Receipts come on the same connection. They are answered after they are written down, so that a killed worker loses none.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import ssl
import struct
import time
from typing import Any

from smpplib import consts, exceptions, smpp
from smpplib.client import Client

from dieutra.messages.models import Message
from dieutra.messages.sms.gateway import Gateway
from dieutra.messages.sms.receipts import keep, read_receipt
from dieutra.messages.sms.text import segments
from dieutra.messages.sms.words import words_of
from dieutra.messages.transports import Became, Begin, Outcome

# smpplib shows whole PDUs at DEBUG, and the one of the bind holds the password
LOG = "dieutra.smpp"
logging.getLogger(LOG).setLevel(logging.ERROR)
log = logging.getLogger(__name__)

BROKEN = (
    OSError, exceptions.ConnectionError, exceptions.PDUError, exceptions.UnknownCommandError, struct.error, ValueError,
)  # fmt: skip
NOT_US = {
    0x58,
    0x14,
    0x04,
    0x05,
    0x0D,
    0x0E,
    0x0F,
}  # throttled, queue full; not bound, and what a bind is refused with
LATER = {0x08, 0x64}  # a system error, for now
BAD_NUMBER = {0x0B}  # no such destination
UNFINISHED = "Mới gửi được {sent}/{total} phân đoạn: {why}"


class Bound(Client):  # type: ignore[misc]
    """smpplib's client with the name of its server told to TLS."""

    def _create_socket(self) -> socket.socket:
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        plain.settimeout(self.timeout)
        return self._ssl_context.wrap_socket(plain, server_hostname=self.host) if self._ssl_context else plain


class SmppSms:
    """Stands from one batch to the next: `close` ends it, leaving a `with` does not."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.table = gateway, gateway.table
        self.client: Bound | None = None
        self.waiting: list[Any] = []  # deliver_sm that came while an answer was awaited
        self.heard = 0.0

    def __enter__(self) -> SmppSms:
        return self

    def __exit__(self, *_: object) -> None:
        self._take_receipts()

    # -- the connection

    def _bound(self) -> Bound:
        """The bind, made anew when it is gone. Raises one of BROKEN, Refused."""
        if self.client is not None and self._alive():
            return self.client
        self.close()
        client = Bound(
            str(self.table["host"]), int(self.table["port"]), timeout=float(self.table.get("timeout", 20)),
            logger_name=LOG, ssl_context=ssl.create_default_context() if self.table.get("tls") else None,
            allow_unknown_opt_params=True,
        )  # fmt: skip
        self.client = client
        client.connect()
        client.bind_transceiver(
            system_id=str(self.table["system_id"]),
            password=self.gateway.revealed(str(self.table.get("password", ""))),
            system_type=str(self.table.get("system_type", "")),
        )
        self.heard = time.monotonic()
        return client

    def _alive(self) -> bool:
        """What has come in is read; after a silence the centre is asked whether it is there."""
        try:
            self._read_waiting()
            if time.monotonic() - self.heard > float(self.table.get("enquire", 15)):
                self._exchange("enquire_link")
        except BROKEN:
            return False
        return self.client is not None

    def close(self) -> None:
        client, self.client = self.client, None
        if client is None:
            return
        if client.state not in (consts.SMPP_CLIENT_STATE_CLOSED, consts.SMPP_CLIENT_STATE_OPEN):
            with contextlib.suppress(*BROKEN):
                client.send_pdu(smpp.make_pdu("unbind", client=client))
        client.state = consts.SMPP_CLIENT_STATE_OPEN  # else disconnect complains of a bound state
        client.disconnect()

    def _read_waiting(self) -> None:
        client = self.client
        while client is not None and select.select([client._socket], [], [], 0)[0]:
            self._other(client.read_pdu())
            client = self.client

    def _exchange(self, command: str, **fields: Any) -> Any:
        """Send a request and read until its answer; what comes in between is put aside."""
        client = self.client
        if client is None:
            raise exceptions.ConnectionError("not bound")
        request = smpp.make_pdu(command, client=client, **fields)
        client.send_pdu(request)
        while True:
            got = client.read_pdu()
            if got.is_response() and got.sequence == request.sequence:
                self.heard = time.monotonic()
                return got
            self._other(got)

    def _other(self, got: Any) -> None:
        client = self.client
        self.heard = time.monotonic()
        if client is None:
            return
        if got.command == "deliver_sm":
            self.waiting.append((client, got))
        elif got.command == "enquire_link":
            client._enquire_link_received(got)
        elif got.command == "unbind":
            answer = smpp.make_pdu("unbind_resp", client=client)
            answer.sequence = got.sequence
            client.send_pdu(answer)
            raise exceptions.ConnectionError("the centre said goodbye")

    # -- messages

    def send(self, message: Message, begin: Begin) -> Outcome:
        self._take_receipts()
        try:
            self._bound()
        except BROKEN as error:
            self.close()
            return Outcome(Became.AWAY, self._words(error))
        if not begin():
            return Outcome(Became.LOST)
        names: list[str] = []
        pieces = self._pieces(message)
        for piece in pieces:
            try:
                answer = self._submit(message, piece)
            except BROKEN as error:
                self.close()
                return Outcome(Became.DOUBT, self._words(error), tuple(names), len(names))
            if answer.status != consts.SMPP_ESME_ROK:
                return self._refused(answer.status, names, len(pieces))
            names.append(self._name(answer.message_id))
        return Outcome(Became.SENT, "", tuple(names), segments(words_of(message)).count)

    def _refused(self, status: int, names: list[str], total: int) -> Outcome:
        why = f"{status:#010x} {consts.DESCRIPTIONS.get(status, '')}".strip()
        if names:  # part of it is on its way: to begin anew would send that part twice
            return Outcome(
                Became.DOUBT,
                UNFINISHED.format(sent=len(names), total=total, why=why),
                tuple(names),
                len(names),
            )
        if status in NOT_US:
            return Outcome(Became.AWAY, why)
        if status in LATER:
            return Outcome(Became.LATER, why)
        return Outcome(Became.BAD_ADDRESS if status in BAD_NUMBER else Became.NEVER, why)

    def _pieces(self, message: Message) -> list[dict[str, Any]]:
        """The fields of each submit_sm that speak of the text. A retry bears the same reference."""
        cut = segments(words_of(message))
        coding = consts.SMPP_ENCODING_DEFAULT if cut.coding == "gsm7" else consts.SMPP_ENCODING_ISO10646
        if cut.count == 1:
            return [{"short_message": cut.parts[0], "data_coding": coding}]
        if self.table.get("long", "udh") == "payload":
            return [{"message_payload": b"".join(cut.parts), "data_coding": coding}]
        number = (message.pk or 0) & 0xFF
        return [
            {
                "short_message": bytes([5, 0, 3, number, cut.count, at]) + part,
                "data_coding": coding,
                "esm_class": consts.SMPP_GSMFEAT_UDHI,
            }
            for at, part in enumerate(cut.parts, 1)
        ]

    def _submit(self, message: Message, piece: dict[str, Any]) -> Any:
        """One segment; while the centre asks for patience in the middle of a message, a few breaths of it."""
        sender = self.gateway.sender
        digits = sender.lstrip("+").isdigit()
        fields = {
            "source_addr_ton": int(
                self.table.get("sender_ton", 1 if digits else 5)
            ),  # international, or a name
            "source_addr_npi": int(self.table.get("sender_npi", 1 if digits else 0)),
            "source_addr": sender.lstrip("+"),
            "dest_addr_ton": consts.SMPP_TON_INTL,
            "dest_addr_npi": consts.SMPP_NPI_ISDN,
            "destination_addr": message.to.removeprefix("+"),
            "registered_delivery": int(bool(self.table.get("receipts", True))),
        }
        middle = piece.get("esm_class") and piece["short_message"][5] > 1
        for pause in (0.5, 1, 2, 4) if middle else ():
            answer = self._exchange("submit_sm", **fields, **piece)
            if answer.status not in NOT_US:
                return answer
            time.sleep(pause)
        return self._exchange("submit_sm", **fields, **piece)

    def _name(self, given: Any) -> str:
        """What a receipt will call it; some centres answer in hexadecimal and report in decimal."""
        name = given.decode("latin-1") if isinstance(given, bytes) else str(given or "")
        if self.table.get("receipt_ids") == "hex":
            with contextlib.suppress(ValueError):
                return str(int(name, 16))
        return name[:100]

    def _words(self, error: BaseException) -> str:
        return self.gateway.hide(f"{type(error).__name__}: {error}")[:300]

    # -- receipts

    def listen(self) -> None:
        """Between batches: receipts are taken in, the centre is asked now and then whether it is there."""
        if self.client is not None and not self._alive():
            self.close()
        self._take_receipts()

    def _take_receipts(self) -> None:
        while self.waiting:
            client, got = self.waiting.pop(0)
            receipt = read_receipt(got)
            if receipt is not None:
                keep(receipt)
            with contextlib.suppress(*BROKEN):
                answer = smpp.make_pdu("deliver_sm_resp", client=client)
                answer.sequence = got.sequence
                client.send_pdu(answer)
