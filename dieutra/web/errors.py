"""Refusals and errors as pages or JSON."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from dieutra.engine.refusals import Invalid, Refusal


def wants_json(request: HttpRequest) -> bool:
    return (
        "application/json" in request.headers.get("Accept", "") or request.content_type == "application/json"
    )


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    if wants_json(request):
        body = {
            "detail": refusal.message,
            "problems": [{"place": p.place, "message": p.message} for p in problems],
        }
        return JsonResponse(body, status=refusal.status)
    context = {"message": refusal.message, "problems": problems, "back": request.headers.get("Referer", "/")}
    return render(request, "refusal.html", context, status=refusal.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = "Trang đã mở quá lâu hoặc trình duyệt chặn cookie. Hãy tải lại trang rồi làm lại việc vừa rồi."
    return _page(request, 403, "Không gửi được", message)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = "Không có trang này, hoặc nội dung không thuộc địa bàn bạn phụ trách."
    return _page(request, 404, "Không tìm thấy", message)


def not_by_itself(request: HttpRequest) -> HttpResponse:
    message = "Địa chỉ này chỉ nhận việc bấm nút từ một trang khác. Chưa có gì được ghi; hãy mở lại trang đó rồi làm lại."
    return _page(request, 405, "Không mở được trang này", message)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, "Không có quyền", "Bạn không có quyền làm việc này.")


def broken(request: HttpRequest) -> HttpResponse:
    message = "Hệ thống gặp lỗi. Số liệu đã lưu vẫn còn; hãy thử lại sau ít phút."
    return _page(request, 500, "Hệ thống gặp lỗi", message)


def _page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"detail": message, "problems": []}, status=status)
    return render(
        request, "refusal.html", {"title": title, "message": message, "problems": ()}, status=status
    )
