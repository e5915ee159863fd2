from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "dieutra.supervision"
    default_auto_field = "django.db.models.BigAutoField"
