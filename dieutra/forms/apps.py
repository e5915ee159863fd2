from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "dieutra.forms"
    verbose_name = "Phiếu"
