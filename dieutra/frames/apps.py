from django.apps import AppConfig


class FramesConfig(AppConfig):
    name = "dieutra.frames"
    verbose_name = "Bảng kê"
