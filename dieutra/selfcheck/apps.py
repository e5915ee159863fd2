from django.apps import AppConfig


class SelfcheckConfig(AppConfig):
    name = "dieutra.selfcheck"
    verbose_name = "Tự đánh giá an toàn thông tin"
