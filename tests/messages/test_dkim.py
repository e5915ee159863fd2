"""DKIM: the published example of RFC 8463 verifies by our canonical form, and what we sign verifies."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from dieutra.messages import dkim
from tests.cast import World
from tests.messages.outbox import put, turn_until_quiet
from tests.messages.relay import Relay

# RFC 8463, appendix A: message, public keys and both signatures as published
RSA_PUBLIC = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b"
    "yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l"
    "/K4w3QIDAQAB"
)
ED25519_PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
PUBLISHED = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace("\n", "\r\n").encode()


def verify(content: bytes, number: int, key: Any) -> None:
    """Raises InvalidSignature when the `number`th signature of a mail is wrong, AssertionError for its body hash."""
    headers, body = dkim.split(content)
    signatures = [value for name, value in headers if name == "dkim-signature"]
    value = signatures[number]
    tags = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s+", "", value)))
    assert tags["bh"] == base64.b64encode(hashlib.sha256(dkim.relaxed_body(body)).digest()).decode()
    others = [(name, it) for name, it in headers if name != "dkim-signature"]
    data = dkim.to_sign(others, tags["h"].split(":"), re.sub(r"b=[^;=]*=*\s*[^;]*$", "b=", value))
    signed = base64.b64decode(tags["b"])
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signed, data, padding.PKCS1v15(), SHA256())
    else:
        key.verify(signed, hashlib.sha256(data).digest())


def test_the_published_signatures_verify_by_our_canonical_form() -> None:
    rsa_key = serialization.load_der_public_key(base64.b64decode(RSA_PUBLIC))
    verify(PUBLISHED, 0, ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(ED25519_PUBLIC)))
    verify(PUBLISHED, 1, rsa_key)
    with pytest.raises(InvalidSignature):
        verify(PUBLISHED.replace(b"Subject: Is", b"Subject: Was"), 1, rsa_key)
    with pytest.raises(AssertionError):
        verify(PUBLISHED.replace(b"hungry", b"thirsty"), 1, rsa_key)


@pytest.mark.parametrize("sort", ["rsa", "ed25519"])
def test_a_mail_that_went_over_the_wire_verifies_and_a_forged_one_does_not(
    sort: str, world: World, relay: Relay, settings: Any, tmp_path: Path
) -> None:
    key: Any = (
        rsa.generate_private_key(65537, 2048) if sort == "rsa" else ed25519.Ed25519PrivateKey.generate()
    )
    file = tmp_path / "dkim.pem"
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    settings.DKIM_KEY_FILE = file
    put(world, 1)
    turn_until_quiet()
    [(_, _, content)] = relay.arrived
    verify(content, 0, key.public_key())
    assert b"d=dieutra.example.gov.vn;" in content
    with pytest.raises(InvalidSignature):
        verify(
            content.replace(b"\r\nFrom: ", b"\r\nFrom: X <x@evil.example>\r\nFrom: ", 1), 0, key.public_key()
        )
    with pytest.raises(AssertionError):
        verify(content.replace(b"phieu/1", b"phieu/2"), 0, key.public_key())
