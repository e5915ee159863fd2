from django.apps import AppConfig


class OpinionsConfig(AppConfig):
    name = "dieutra.opinions"
    verbose_name = "Khảo sát ý kiến"

    def ready(self) -> None:
        from dieutra.opinions import letter_jobs, letters  # noqa: F401  (they register themselves)
