"""Creating many accounts at once, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from dieutra.engine.refusals import Forbidden, Problem
from dieutra.engine.text import normal_name, search_key
from dieutra.events.actions import record_many
from dieutra.people.actions import Pair, Place, check_person
from dieutra.people.models import Post, Role, User
from dieutra.people.permission import granting

BATCH = 500


@dataclass(frozen=True)
class NewAccount:
    """One account to be made, with its post."""

    username: str
    full_name: str
    email: str
    role: str
    level: int
    path: str
    phone: str = ""


def create_accounts(
    actor: User | None, campaign_id: int, accounts: Sequence[NewAccount], allowed: dict[str, frozenset[Pair]]
) -> list[Post]:
    """Make all of them in one transaction, each with the event that asks for its activation mail.

    `allowed`: path -> the (role, level) pairs that the actor may create there; not asked for the system (actor None).
    Names and addresses are to be checked before (`faults`). Raises Forbidden for the first that is not the actor's
    to make, IntegrityError when a name was taken meanwhile or a unit got its account.
    """
    if actor is not None:
        for it in accounts:
            _require_creator(actor, campaign_id, it, allowed)
    mails = {}
    with transaction.atomic():
        users = User.objects.bulk_create([_user(it) for it in accounts], batch_size=BATCH)
        posts = [
            Post(
                user=user,
                campaign_id=campaign_id,
                role=it.role,
                level=it.level,
                path=it.path,
                created_by=actor,
            )
            for user, it in zip(users, accounts, strict=True)
        ]
        Post.objects.bulk_create(posts, batch_size=BATCH)
        mails = {post.pk: bool(it.email) for post, it in zip(posts, accounts, strict=True)}
        record_many(
            actor,
            "account.created",
            posts,
            lambda post: {"role": post.role, "level": post.level, "mail": mails[post.pk]},
        )
    return posts


def _require_creator(
    actor: User, campaign_id: int, it: NewAccount, allowed: dict[str, frozenset[Pair]]
) -> None:
    granted = granting(actor, "account.create", Place(campaign_id, it.path))
    if not granted or (it.role, it.level) not in allowed.get(it.path, frozenset()):
        raise Forbidden(f"Bạn không được tạo tài khoản {Role(it.role).label} ở địa bàn này.")


def _user(it: NewAccount) -> User:
    name = normal_name(it.full_name)
    return User(
        username=it.username,
        password=make_password(None),
        full_name=name,
        search_key=search_key(name)[:120],
        email=it.email,
        phone=it.phone,
    )


def faults(it: NewAccount) -> list[Problem]:
    """What is wrong with one person's name and address."""
    return check_person(it.username, normal_name(it.full_name), it.email)


def taken(usernames: Sequence[str]) -> set[str]:
    """Those of the names that somebody has."""
    found: set[str] = set()
    for start in range(0, len(usernames), BATCH):
        names = usernames[start : start + BATCH]
        found.update(User.objects.filter(username__in=names).values_list("username", flat=True))
    return found
