from django.apps import AppConfig


class SamplesConfig(AppConfig):
    name = "dieutra.samples"
    verbose_name = "Chọn mẫu"
