from django.apps import AppConfig


class WorkbookConfig(AppConfig):
    name = "dieutra.channels.workbook"
    label = "workbook"
    verbose_name = "Tệp Excel của phiếu"
