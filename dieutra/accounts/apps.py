from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "dieutra.accounts"
    verbose_name = "Tài khoản"
