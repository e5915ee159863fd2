from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "dieutra.rosters"
    verbose_name = "Danh sách đối tượng"
