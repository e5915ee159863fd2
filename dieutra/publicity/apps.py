from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "dieutra.publicity"
    verbose_name = "Tuyên truyền"
