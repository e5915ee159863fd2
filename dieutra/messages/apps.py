from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "dieutra.messages"
    label = "outbox"  # "messages" belongs to Django
    verbose_name = "Thông báo"
