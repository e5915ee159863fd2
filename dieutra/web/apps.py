from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "dieutra.web"
    verbose_name = "Màn hình"
