"""The places app: catalogues of administrative areas and what became of each area."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "dieutra.places"
    label = "places"
    verbose_name = "Địa bàn"
    default_auto_field = "django.db.models.BigAutoField"
