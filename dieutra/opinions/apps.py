from django.apps import AppConfig


class OpinionsConfig(AppConfig):
    name = "dieutra.opinions"
    verbose_name = "Khảo sát ý kiến"
