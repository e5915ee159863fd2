from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "dieutra.people"
    verbose_name = "Người"
