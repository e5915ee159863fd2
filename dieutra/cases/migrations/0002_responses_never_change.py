"""Triggers on both engines: a sent response is never changed and never deleted."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER responses_no_replace BEFORE INSERT ON cases_response
        WHEN EXISTS (SELECT 1 FROM cases_response WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'responses never change'); END""",
    """CREATE TRIGGER responses_no_update BEFORE UPDATE ON cases_response
        BEGIN SELECT RAISE(ABORT, 'responses never change'); END""",
    """CREATE TRIGGER responses_no_delete BEFORE DELETE ON cases_response
        BEGIN SELECT RAISE(ABORT, 'responses never change'); END""",
]
POSTGRESQL = [
    """CREATE TRIGGER responses_no_change BEFORE UPDATE OR DELETE ON cases_response
        FOR EACH ROW EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER responses_no_truncate BEFORE TRUNCATE ON cases_response
        FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()""",
]


def guard(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("events", "0002_append_only")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
