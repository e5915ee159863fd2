"""Submissions of ODK Collect, and triggers on both engines: what came is never changed and never deleted."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

CAME = "form_id, instance_id, deprecated_id, xml, sha256, arrived_at, sender_id"
SQLITE = [
    f"""CREATE TRIGGER submissions_no_update BEFORE UPDATE OF {CAME} ON cases_submission
        BEGIN SELECT RAISE(ABORT, 'submissions never change'); END""",
    """CREATE TRIGGER submissions_no_delete BEFORE DELETE ON cases_submission
        BEGIN SELECT RAISE(ABORT, 'submissions never change'); END""",
]
POSTGRESQL = [
    f"""CREATE TRIGGER submissions_no_update BEFORE UPDATE OF {CAME} ON cases_submission
        FOR EACH ROW EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER submissions_no_delete BEFORE DELETE ON cases_submission
        FOR EACH ROW EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER submissions_no_truncate BEFORE TRUNCATE ON cases_submission
        FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()""",
]


def guard(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_responses_never_change'),
        ('forms', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('instance_id', models.CharField(max_length=255)),
                ('deprecated_id', models.CharField(blank=True, max_length=255)),
                ('xml', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('arrived_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outcome', models.CharField(choices=[('received', 'Đã nhận, chưa xử lý'), ('refused', 'Chưa vào phiếu'), ('held', 'Chờ chọn'), ('kept', 'Đã vào phiếu, chưa gửi được'), ('sent', 'Đã gửi thành phiếu'), ('passed', 'Không dùng')], default='received', max_length=8)),
                ('note', models.TextField(blank=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='cases.case')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='forms.formversion')),
                ('response', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.response')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SubmissionFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('arrived_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='cases.submission')),
            ],
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('form', 'instance_id'), name='submission_once'),
        ),
        migrations.AddConstraint(
            model_name='submissionfile',
            constraint=models.UniqueConstraint(fields=('submission', 'name'), name='submission_file_once'),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
