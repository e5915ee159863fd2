"""A forgotten password: the page that asks for a link. It never says whether an account exists."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from dieutra.accounts.forgotten import ask_for_link

TOO_MANY = "Có quá nhiều yêu cầu từ mạng này trong thời gian ngắn. Hãy chờ một phút rồi thử lại."


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "account/forgotten.html")
    if not ratelimit.consume(request, action="reset_password"):
        return render(request, "account/forgotten.html", {"refused": TOO_MANY}, status=429)
    ask_for_link(request.POST.get("username", ""))
    return render(request, "account/forgotten.html", {"asked": True})


urlpatterns = [path("quen-mat-khau/", forgotten, name="forgotten")]
