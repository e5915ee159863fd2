from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "dieutra.reports"
    verbose_name = "Báo cáo"
