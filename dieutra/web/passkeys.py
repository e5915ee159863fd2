"""Removing a passkey: not the last second factor of somebody whose role needs one. The rest is django-allauth's."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.forms import Form
from django.http import HttpResponse
from django.urls import path

LAST = (
    "Đây là cách xác thực hai bước duy nhất của tài khoản, mà vai trò của bạn phải dùng xác thực hai bước. "
    "Hãy thêm khóa khác hoặc ứng dụng xác thực trước khi bỏ khóa này."
)


class Remove(RemoveWebAuthnView):  # type: ignore[misc]
    def get_context_data(self, **more: Any) -> dict[str, Any]:
        kept = not get_adapter().can_delete_authenticator(self.object)
        found: dict[str, Any] = super().get_context_data(**more)
        return {**found, "refused": LAST if kept else ""}

    def form_valid(self, form: Form) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            return self.render_to_response(self.get_context_data(form=form), status=409)  # type: ignore[no-any-return]
        done: HttpResponse = super().form_valid(form)
        return done


urlpatterns = [
    path("xac-thuc-hai-buoc/webauthn/keys/<int:pk>/remove/", Remove.as_view(), name="mfa_remove_webauthn"),
]
