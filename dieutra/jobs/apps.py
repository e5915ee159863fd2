from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "dieutra.jobs"
    verbose_name = "Việc nền"

    def ready(self) -> None:
        autodiscover_modules("jobs")
