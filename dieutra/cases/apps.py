from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "dieutra.cases"
    verbose_name = "Phiếu của đơn vị"
