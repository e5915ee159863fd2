from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "dieutra.incidents"
    verbose_name = "Phản ánh, sự cố"
