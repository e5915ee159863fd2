from django.apps import AppConfig


class IndicesConfig(AppConfig):
    name = "dieutra.indices"
    verbose_name = "Chỉ số"
