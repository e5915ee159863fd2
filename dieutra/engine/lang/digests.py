"""What comes out of nowhere or out of a hash: random(), uuid(), digest(), base64-decode()."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import string
from decimal import Decimal
from uuid import uuid4

from dieutra.engine.lang.ast import Ast
from dieutra.engine.lang.errors import EvaluationError
from dieutra.engine.lang.values import Value, to_number, to_text

ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
ENCODINGS = ("hex", "base64")
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
LETTERS = string.ascii_uppercase + string.digits
MAX_LETTERS = 100


def digest(value: Value, algorithm: Value, encoding: Value = "base64") -> str:
    """A hash of the text in UTF-8. Raises EvaluationError for an algorithm or encoding that is not known."""
    name, how = algorithm_of(to_text(algorithm)), to_text(encoding).lower()
    if name is None or how not in ENCODINGS:
        raise EvaluationError(f"digest() không biết “{to_text(algorithm)}” hoặc “{how}”")
    hashed = hashlib.new(name.replace("-", ""), to_text(value).encode(), usedforsecurity=False)
    return hashed.hexdigest() if how == "hex" else base64.b64encode(hashed.digest()).decode()


def algorithm_of(text: str) -> str | None:
    """The algorithm that the text names, with or without its hyphen; None when it is not one of ALGORITHMS."""
    plain = text.upper().replace("-", "")
    return next((name for name in ALGORITHMS if name.replace("-", "") == plain), None)


def digest_problem(arguments: list[Ast]) -> str | None:
    if arguments[1][0] != "str" or algorithm_of(arguments[1][1]) is None:
        return f"tham số thứ hai phải là một trong {', '.join(ALGORITHMS)}, đặt trong dấu nháy"
    if len(arguments) > 2 and (arguments[2][0] != "str" or arguments[2][1].lower() not in ENCODINGS):
        return "tham số thứ ba phải là 'hex' hoặc 'base64', đặt trong dấu nháy"
    return None


def base64_decode(value: Value) -> str:
    """The text behind it; blank when it is not base64."""
    text = "".join(to_text(value).split())
    return base64.b64decode(text).decode(errors="replace") if BASE64.fullmatch(text) else ""


def random() -> Decimal:
    """At least 0, below 1, with 15 digits."""
    return Decimal(secrets.randbelow(10**15)).scaleb(-15)


def uuid(length: Value | None = None) -> str:
    """A new UUID, or so many letters and digits at random."""
    if length is None:
        return str(uuid4())
    number = to_number(length)
    if not number.is_finite() or not 1 <= number <= MAX_LETTERS:
        raise EvaluationError(f"uuid() cần độ dài từ 1 đến {MAX_LETTERS}")
    return "".join(secrets.choice(LETTERS) for _ in range(int(number)))


__all__ = ["ALGORITHMS", "algorithm_of", "base64_decode", "digest", "digest_problem", "random", "uuid"]
