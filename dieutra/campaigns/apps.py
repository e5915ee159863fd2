from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "dieutra.campaigns"
    verbose_name = "Cuộc điều tra"
