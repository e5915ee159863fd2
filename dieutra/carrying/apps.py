from django.apps import AppConfig


class CarryingConfig(AppConfig):
    name = "dieutra.carrying"
    verbose_name = "Chuyển bảng kê sang địa bàn mới"
