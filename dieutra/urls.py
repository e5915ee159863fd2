"""All doors of the house."""

from allauth.account import views as account
from django.urls import include, path

from dieutra.web import guides, notices, passkeys, see_as
from dieutra.web.collector import views as collector
from dieutra.web.help import answers, questions
from dieutra.web.manager import (
    account_many,
    account_sheets,
    account_upkeep,
    accounts,
    carrying,
    form_previews,
    forms,
    frames,
    incidents,
    indices,
    indices_marks,
    indices_results,
    interference,
    interference_annulments,
    messages,
    opinions,
    opinions_mailing,
    opinions_people,
    phones,
    progress,
    publicity,
    publicity_calendar,
    quotas,
    reports,
    rosters,
    samples,
    selfcheck,
    supervision,
    teams,
    workbook_batches,
    workbooks,
)
from dieutra.web.public import forgotten, news
from dieutra.web.public import indices as public_indices
from dieutra.web.public import views as public
from dieutra.web.respondent import collected, files, opinion, workbook
from dieutra.web.respondent import views as respondent
from dieutra.web.supervisor import bulk as supervisor_bulk
from dieutra.web.supervisor import queue as supervisor_queue
from dieutra.web.supervisor import views as supervisor

urlpatterns = [
    path("", include(public.urlpatterns)),
    path("", include(forgotten.urlpatterns)),
    path("dang-nhap/", account.login, name="account_login"),
    path("tai-khoan-khoa/", account.account_inactive, name="account_inactive"),
    path("dang-xuat/", account.logout, name="account_logout"),
    path("xac-nhan-mat-khau/", account.reauthenticate, name="account_reauthenticate"),
    path("", include(passkeys.urlpatterns)),  # before allauth's own address of the same name
    path("xac-thuc-hai-buoc/", include("allauth.mfa.urls")),
    path("doi-mat-khau/", account.password_change, name="account_change_password"),
    path("", include(respondent.urlpatterns)),
    path("", include(workbook.urlpatterns)),
    path("", include(files.urlpatterns)),
    path("", include(opinion.urlpatterns)),
    path("", include(collected.urlpatterns)),
    path("", include(collector.urlpatterns)),
    path("", include(supervisor_queue.urlpatterns)),
    path("", include(supervisor_bulk.urlpatterns)),
    path("", include(supervisor.urlpatterns)),
    path("", include(progress.urlpatterns)),
    path("", include(accounts.urlpatterns)),
    path("", include(quotas.urlpatterns)),
    path("", include(supervision.urlpatterns)),
    path("", include(account_many.urlpatterns)),
    path("", include(account_sheets.urlpatterns)),
    path("", include(account_upkeep.urlpatterns)),
    path("", include(see_as.urlpatterns)),
    path("", include(phones.urlpatterns)),
    path("", include(frames.urlpatterns)),
    path("", include(carrying.urlpatterns)),
    path("", include(workbooks.urlpatterns)),
    path("", include(workbook_batches.urlpatterns)),
    path("", include(forms.urlpatterns)),
    path("", include(form_previews.urlpatterns)),
    path("", include(questions.urlpatterns)),
    path("", include(answers.urlpatterns)),
    path("", include(incidents.urlpatterns)),
    path("", include(reports.urlpatterns)),
    path("", include(rosters.urlpatterns)),
    path("", include(messages.urlpatterns)),
    path("", include(notices.urlpatterns)),
    path("", include(opinions.urlpatterns)),
    path("", include(opinions_mailing.urlpatterns)),
    path("", include(opinions_people.urlpatterns)),
    path("", include(teams.urlpatterns)),
    path("", include(selfcheck.urlpatterns)),
    path("", include(samples.urlpatterns)),
    path("", include(interference.urlpatterns)),
    path("", include(interference_annulments.urlpatterns)),
    path("", include(news.urlpatterns)),
    path("", include(publicity.urlpatterns)),
    path("", include(publicity_calendar.urlpatterns)),
    path("", include(indices_marks.urlpatterns)),
    path("", include(indices_results.urlpatterns)),
    path("", include(indices.urlpatterns)),
    path("", include(public_indices.urlpatterns)),
    path("", include(guides.urlpatterns)),
]

handler403 = "dieutra.web.errors.forbidden"
handler404 = "dieutra.web.errors.not_found"
handler500 = "dieutra.web.errors.broken"
