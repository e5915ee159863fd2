"""Tries to find out who answered what. Each way gives what it found, in words; an empty list is a failure of the adversary.

He may use everything of `Held` but `truth`, with which `_right` only counts how often he was right.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from dieutra.opinions.keys import derived
from dieutra.opinions.opening import place_in_words
from dieutra.opinions.sealing import Unreadable, unseal
from tests.opinions.held import PLACE, TRANSACTION, Held, Row, Step

OPINIONS, SEALED, DRAFTS = "opinions_opinion", "opinions_sealedopinion", "opinions_sealeddraft"
INVITATIONS, PEOPLE, BURSTS = "opinions_invitation", "rosters_person", "opinions_burst"
FORMS = "campaigns_groupform"
PURPOSES = ("box", "drafts", "draft", "links", "signals", "receipts")
SIGMAS = 5.0  # a chance of one in two millions
# what an answer may do to a table: how many rows it may add, at most and at least
MAY_GROW = {SEALED: (1, 1), BURSTS: (0, 1), DRAFTS: (-1, 0)}


def every_way() -> dict[str, Callable[[Held], list[str]]]:
    return {
        "equal values": equal_values,
        "order": order,
        "moments": moments,
        "traces of an answer": traces,
        "sizes": sizes,
        "differences of backups": differences,
        "small places": places,
        "opening": opening,
        "logs": logs,
    }


# --- by equal values


def equal_values(held: Held) -> list[str]:
    """A value of a person, or anything made of it without the key, that stands with an opinion or a sealed answer."""
    made = _made_of_people(held)
    found = []
    for table in (OPINIONS, SEALED):
        for row in {row["id"]: row for step in held.steps for row in step.after.get(table, ())}.values():
            found += [
                f"{table}.{column} is made of {made[it]}"
                for column, value in row.items()
                if column
                not in (PLACE, TRANSACTION, "path", "group", "survey", "campaign_id", "form_id", "sealed")
                for it in _looks(value)
                if it in made
            ]
    return sorted({*found, *_numbered(held), *_one_transaction(held)})


def _looks(value: object) -> Iterator[str]:
    """A value as it is compared: its beginning, without dashes; and all that stands in a JSON text."""
    if isinstance(value, bytes):
        yield value[:12].hex()
        return
    text = str(value)
    if text.startswith("{"):
        with suppress(ValueError):
            for inner in json.loads(text).values():
                yield from _looks(inner)
    elif len(text) >= 6:
        yield text.replace("-", "").lower()[:12]


def _made_of_people(held: Held) -> dict[str, str]:
    made: dict[str, str] = {}
    secrets = (settings.SECRET_KEY.encode(), held.slug.encode())
    for person, what, text in _facts(held):
        data = text.encode()
        made[text.replace("-", "").lower()[:12]] = what
        for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.blake2b):
            made[digest(data).hexdigest()[:12]] = f"{digest.__name__} of {what}"
            for secret in (*secrets, held.tokens.get(person, "").encode()):
                made[hmac.new(secret, data, digest).hexdigest()[:12]] = f"HMAC of {what}"
        for space in (uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL, uuid.NAMESPACE_OID):
            made[uuid.uuid5(space, text).hex[:12]] = f"uuid5 of {what}"
    return {it: what for it, what in made.items() if len(it) >= 6}


def _facts(held: Held) -> Iterator[tuple[int, str, str]]:
    """All that is known of each person and her invitation: (person, what, value)."""
    of_people = {row["id"]: row for row in held.last[PEOPLE] if row["id"] in held.tokens}
    shared = _shared_by_many(of_people.values())
    for row in held.last[INVITATIONS]:
        person = row["person_id"]
        if person not in of_people:
            continue
        for what, of in (("invitation", row), ("person", of_people[person])):
            for column, value in of.items():
                if (
                    value not in (None, "")
                    and (column, str(value)) not in shared
                    and column not in ("path", "group", PLACE, TRANSACTION)
                ):
                    yield person, f"{what}.{column}", str(value)
        yield person, "token", held.tokens[person]
        address, browser = held.visits.get(person, ("", ""))
        for what, text in (("address", address), ("browser", browser), ("both", f"{address}\n{browser}")):
            yield person, what, text
            yield person, what, f"network:{text}"


def _shared_by_many(rows: Iterable[Row]) -> set[tuple[str, str]]:
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        for column, value in row.items():
            seen[column, str(value)] += 1
    return {it for it, many in seen.items() if many > 3}


def _one_transaction(held: Held) -> Iterator[str]:
    """An opinion that PostgreSQL says was written together with what belongs to a person."""
    of_people = {
        row[TRANSACTION]
        for step in held.answers
        for table in (INVITATIONS, DRAFTS, PEOPLE)
        for row in step.after.get(table, ())
    }
    for row in held.last.get(OPINIONS, ()):
        if row[TRANSACTION] in of_people - {0}:
            yield f"{OPINIONS}: a row was written in the transaction of a person's row"


def _numbered(held: Held) -> list[str]:
    """Short numbers agree by chance now and then; a column that is right for every fifth row is no chance."""
    rows = held.last.get(OPINIONS, ())
    columns = {name for row in rows for name in row} - {
        PLACE,
        TRANSACTION,
        "answers",
        "campaign_id",
        "form_id",
    }
    found = []
    for column in columns:
        values = [str(row[column]) for row in rows]
        if len(set(values)) * 2 < len(values):
            continue
        right = sum(
            any(str(fact) == str(row[column]) for who, _, fact in _facts(held) if who == _right(held, row))
            for row in rows
        )
        if rows and right * 5 >= len(rows):
            found.append(f"{column} is a number of the person for {right} of {len(rows)} opinions")
    return found


def _right(held: Held, opinion: Row) -> int:
    """The judge: who wrote it. All answers of the play differ."""
    answers = opinion["answers"]
    answers = json.loads(answers) if isinstance(answers, str) else answers
    return next(who for who, given in held.truth.items() if given == answers)


# --- by order


def order(held: Held) -> list[str]:
    """Does any order of opinions that appeared together follow the order in which people answered?"""
    turn = {step.who: number for number, step in enumerate(held.answers)}
    found = []
    columns = {name for row in held.last.get(OPINIONS, ()) for name in row}
    for column in sorted(columns):
        far, freedom = 0.0, 0
        for rows in _appeared_together(held):
            try:
                pairs = [(turn[_right(held, row)], _rank(column, row[column])) for row in rows]
                follows = _spearman(pairs)
            except TypeError:
                continue
            far, freedom = far + follows * (len(pairs) - 1), freedom + len(pairs) - 1
        if freedom and abs(far) / math.sqrt(freedom) > SIGMAS:
            found.append(
                f"{column} follows the order of answering ({abs(far) / math.sqrt(freedom):.1f} sigmas)"
            )
    return found


def _rank(column: str, value: object) -> Any:
    """(12,7) of PostgreSQL's ctid as two numbers; texts as they are."""
    if column == PLACE and isinstance(value, str):
        return tuple(int(it) for it in value.strip("()").split(","))
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


def _appeared_together(held: Held) -> Iterator[list[Row]]:
    for step in held.steps:
        before = {row["id"] for row in step.before.get(OPINIONS, ())}
        new: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in step.after.get(OPINIONS, ()):
            if row["id"] not in before:
                new[row["path"], row["group"]].append(row)
        yield from (rows for rows in new.values() if len(rows) > 1)


def _spearman(pairs: list[tuple[int, Any]]) -> float:
    ones, others = _ranks([it[0] for it in pairs]), _ranks([it[1] for it in pairs])
    middle = (len(pairs) - 1) / 2
    over = sum((a - middle) * (b - middle) for a, b in zip(ones, others, strict=True))
    under = math.sqrt(sum((a - middle) ** 2 for a in ones) * sum((b - middle) ** 2 for b in others))
    return over / under if under else 0.0


def _ranks(values: list[Any]) -> list[float]:
    """Equal values share the middle of their places."""
    places: dict[Any, list[int]] = defaultdict(list)
    for place, value in enumerate(sorted(values)):
        places[value].append(place)
    return [sum(places[it]) / len(places[it]) for it in values]


# --- by what an answer leaves behind


def moments(held: Held) -> list[str]:
    """Any value, in any column of any table, that is the moment of an answer."""
    found = set()
    for step in held.answers:
        for table, column, value in _changed(step):
            if (table, column) == (BURSTS, "window"):
                if not re.search(r":[0-5]0:00(\.0+)?$", str(value)):
                    found.add(f"{table}.{column} is finer than ten minutes")
            elif _is_moment(value, step):
                found.add(f"{table}.{column} has the moment of an answer")
    return sorted(found)


def _changed(step: Step) -> Iterator[tuple[str, str, object]]:
    for table, rows in step.after.items():
        if rows is step.before.get(table):
            continue
        before = {_identity(row): row for row in step.before.get(table, ())}
        for row in rows:
            former = before.get(_identity(row), {})
            for column, value in row.items():
                if column not in (PLACE, TRANSACTION) and former.get(column) != value:
                    yield table, column, value


def _identity(row: Row) -> object:
    names = ("id", "invitation_id", "cache_key", "session_key")
    return next((row[name] for name in names if name in row), row[PLACE])


def _is_moment(value: object, step: Step) -> bool:
    if isinstance(value, bytes | bool) or value is None:
        return False
    since, until = step.begun - 2, step.ended + 2
    texts = re.findall(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?", str(value))
    for text in texts:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
        if any(since <= moment - zone * 3600 <= until for zone in (0, 7)):
            return True
    numbers = [float(it) for it in re.findall(r"(?<![\w.])\d{10}(?:\.\d+)?(?![\w.])", str(value))]
    return any(since <= it <= until for it in numbers)


def traces(held: Held) -> list[str]:
    """Rows that an answer adds anywhere: an event, a job, a session, a log of visits."""
    found = set()
    for step in held.answers:
        for table in step.after:
            grown = len(step.after[table]) - len(step.before.get(table, ()))
            least, most = MAY_GROW.get(table, (0, 0))
            if not least <= grown <= most:
                found.add(f"{table} grows by {grown} with an answer")
        for table, column, _ in _changed(step):
            if table not in MAY_GROW and (table, column) != (INVITATIONS, "answered"):
                found.add(f"{table}.{column} changes with an answer")
    return sorted(found)


def sizes(held: Held) -> list[str]:
    seen = {
        len(row["sealed"])
        for step in held.steps
        for name in (SEALED, DRAFTS)
        for row in step.after.get(name, ())
    }
    return [f"sealed rows have {len(seen)} sizes: {sorted(seen)[:5]}"] if len(seen) > 1 else []


# --- by differences of backups


def differences(held: Held) -> list[str]:
    """Who is behind the sealed rows that went as opinions came? Each of them is tied to a person by the backups."""
    whose: dict[object, int] = {}
    found = []
    for step in held.steps:
        before = {row["id"]: row for row in step.before.get(SEALED, ())}
        after = {row["id"]: row for row in step.after.get(SEALED, ())}
        if step.who:
            whose |= dict.fromkeys(after.keys() - before.keys(), step.who)
        gone = [(row, whose[it]) for it, row in before.items() if it not in after]
        for place, people in _behind(held, step, gone).items():
            if len(people) < held.batch:
                found.append(f"{step.name}: an opinion of {place} is by one of {len(people)} people")
    return found


def _behind(held: Held, step: Step, gone: list[tuple[Row, int]]) -> dict[tuple[Any, ...], set[int]]:
    """Who may have written the opinions that came, by what tells them apart: survey, body, group and questionnaire.

    One at a body is of that body's people. One of no body is of people whose own place got no opinion now, and if it has no
    group, of people whose group got none either.
    """
    forms = {(row["survey"], row["group"]): row["form_id"] for row in held.last[FORMS]}
    known = {row["id"] for row in step.before.get(OPINIONS, ())}
    came = {
        (row["survey"], row["path"], row["group"], row["form_id"])
        for row in step.after.get(OPINIONS, ())
        if row["id"] not in known
    }
    behind: dict[tuple[Any, ...], set[int]] = {place: set() for place in came}
    for row, who in gone:
        survey, group = row["survey"], row["group"]
        form = forms[survey, group]
        likely = ((row["path"], group), (held.root, group), (held.root, ""))
        place = next((it for path, of in likely if (it := (survey, path, of, form)) in came), None)
        if place:
            behind[place].add(who)
    return behind


def places(held: Held) -> list[str]:
    """With the last backup alone: those marked as having answered, where fewer than a batch of opinions lie."""
    lie: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in held.last.get(OPINIONS, ()):
        lie[row["survey"], row["path"], row["group"], row["form_id"]] += 1
    return [f"only {many} opinions lie at {place}" for place, many in lie.items() if many < held.batch]


# --- by opening what is sealed


def opening(held: Held, *files: bytes) -> list[str]:
    """Every key that can be made of what is held, and of `files` beside it, tried on everything sealed."""
    found = []
    keys = list(_keys(held, files))
    for table, place, blob in _sealed(held):
        for what, key in keys:
            with suppress(Unreadable, ValueError):
                unseal(key, blob, place)
                found.append(f"{table} is opened by {what}")
                break
    return sorted(set(found))


def _sealed(held: Held) -> Iterator[tuple[str, str, bytes]]:
    """Some of all: the first three of each kind and place."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    done = set()
    for step in held.steps:
        invitations = {row["id"]: row for row in step.after.get(INVITATIONS, ())}
        for table in (SEALED, DRAFTS):
            for row in step.after.get(table, ()):
                of = row if table == SEALED else invitations[row["invitation_id"]]
                place = place_in_words(held.slug, of["survey"], of["path"], of["group"])
                if row["sealed"] not in done and seen[table, place] < 3:
                    seen[table, place] += 1
                    done.add(row["sealed"])
                    yield table, place, row["sealed"]


def _keys(held: Held, files: Iterable[bytes] = ()) -> Iterator[tuple[str, bytes]]:
    for what, secret in [*(("a file", it) for it in files), *_secrets(held)]:
        if len(secret) == 32:
            yield what, secret
        yield f"sha256 of {what}", hashlib.sha256(secret).digest()
        for purpose in PURPOSES:
            yield f"{what} for {purpose}", derived(secret, purpose)
            yield f"{what} for {purpose}", derived(secret, f"{held.slug}/{purpose}")


def _secrets(held: Held) -> Iterator[tuple[str, bytes]]:
    yield "the key of the installation", settings.SECRET_KEY.encode()
    yield "nothing", b"\0" * 32
    yield "the name of the campaign", held.slug.encode()
    for token in held.tokens.values():
        yield "a link", token.encode()
    kept: dict[bytes, str] = {}
    for table, rows in held.last.items():
        for row in rows:
            for column, value in row.items():
                for secret in _as_secret(value):
                    kept.setdefault(secret, f"{table}.{column}")
    yield from (
        (where, secret) for secret, where in kept.items() if "token_hash" not in where or len(kept) < 500
    )


def _as_secret(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes) and len(value) == 32:
        yield value
    for text in re.findall(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", str(value)):
        yield bytes.fromhex(text)
    for text in re.findall(r"(?<![\w+/-])[\w+/-]{43}=?(?![\w+/=-])", str(value)):
        with suppress(ValueError):
            yield base64.b64decode(text.rstrip("=").translate(str.maketrans("-_", "+/")) + "=")


# --- by logs


def logs(held: Held) -> list[str]:
    """A line about an answer, or a code, an address or a name of a person in any line."""
    found = [f"an answer is logged: {step.log.strip()[:80]}" for step in held.answers if step.log]
    said = held.logs.upper()
    for person, what, text in _facts(held):
        if (
            what in ("token", "person.email", "person.name", "address", "person.phone")
            and text.upper() in said
        ):
            found.append(f"the log has the {what} of person {person}")
    return found
