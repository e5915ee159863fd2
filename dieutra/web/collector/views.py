"""The OpenRosa addresses: list of forms, form, manifest, media, submission.

Each stands twice: under `collect/<token>/` for phones that scanned a code, and under `collect/` for those who sign in.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from dieutra.channels.openrosa import actions, multipart
from dieutra.channels.openrosa.handing import hand_out
from dieutra.channels.openrosa.lists import Offered, form_list, forms_for, manifest
from dieutra.engine.refusals import Refusal
from dieutra.people.models import User
from dieutra.web.collector.sign_in import openrosa, say, xml


class NotThere(Refusal):
    status = 404


def _address(request: HttpRequest) -> Callable[..., str]:
    """Full addresses of the same kind as the one that was asked: with the token or without."""
    token = request.resolver_match.kwargs.get("token") if request.resolver_match else None
    prefix, known = ("collect_key_", (token,)) if token else ("collect_", ())
    return lambda name, *args: f"{settings.SITE_URL}{reverse(prefix + name, args=[*known, *args])}"


def _offered(user: User, pk: int) -> Offered:
    for it in forms_for(user):
        if it.version.pk == pk:
            return it
    raise NotThere("Không có phiếu này cho tài khoản của bạn. Hãy tải lại danh sách phiếu.")


@openrosa("GET", "HEAD")
def listed(request: HttpRequest, user: User) -> HttpResponse:
    wanted = request.GET.get("formID", "")
    return xml(form_list(forms_for(user), wanted, _address(request)))


@openrosa("GET", "HEAD")
def form(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    return xml(_offered(user, pk).served.xml)


@openrosa("GET", "HEAD")
def manifested(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    return xml(manifest(user, _offered(user, pk), _address(request)))


@openrosa("GET")
def file(request: HttpRequest, user: User, pk: int, name: str) -> HttpResponse:
    content = hand_out(user, _offered(user, pk), name)
    if content is None:
        raise NotThere("Phiếu này không có tệp đã hỏi. Hãy tải lại danh sách phiếu.")
    kind = "text/xml" if name.lower().endswith(".xml") else "text/csv"
    return HttpResponse(content, content_type=f"{kind}; charset=utf-8")


@openrosa("HEAD", "POST")
def submission(request: HttpRequest, user: User) -> HttpResponse:
    """HEAD: may I send, and how much. POST: 201 once it is kept, whatever the checks say of its answers."""
    if request.method == "HEAD":
        return HttpResponse(status=204)
    sent = multipart.read(request)
    return say(actions.receive(user, sent.xml, sent.files, sent.complete).message, 201)


DOORS = (
    ("formList", listed, "list"),
    ("submission", submission, "submission"),
    ("forms/<int:pk>/form.xml", form, "form"),
    ("forms/<int:pk>/manifest", manifested, "manifest"),
    ("forms/<int:pk>/media/<str:name>", file, "media"),
)
urlpatterns = [path(f"collect/{route}", view, name=f"collect_{name}") for route, view, name in DOORS]
urlpatterns += [
    path(f"collect/<str:token>/{route}", view, name=f"collect_key_{name}") for route, view, name in DOORS
]
