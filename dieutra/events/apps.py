from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "dieutra.events"
    verbose_name = "Nhật ký"
