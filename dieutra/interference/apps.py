from django.apps import AppConfig


class InterferenceConfig(AppConfig):
    name = "dieutra.interference"
    verbose_name = "Dấu hiệu can thiệp"
