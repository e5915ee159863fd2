from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "dieutra.teams"
    verbose_name = "Tổ công tác"
