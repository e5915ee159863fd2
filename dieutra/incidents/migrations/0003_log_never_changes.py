"""Triggers on both engines: a line of an incident's log is never changed and never deleted."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER incident_lines_no_replace BEFORE INSERT ON incidents_logline
        WHEN EXISTS (SELECT 1 FROM incidents_logline WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the log of an incident never changes'); END""",
    """CREATE TRIGGER incident_lines_no_update BEFORE UPDATE ON incidents_logline
        BEGIN SELECT RAISE(ABORT, 'the log of an incident never changes'); END""",
    """CREATE TRIGGER incident_lines_no_delete BEFORE DELETE ON incidents_logline
        BEGIN SELECT RAISE(ABORT, 'the log of an incident never changes'); END""",
]
POSTGRESQL = [
    """CREATE TRIGGER incident_lines_no_change BEFORE UPDATE OR DELETE ON incidents_logline
        FOR EACH ROW EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER incident_lines_no_truncate BEFORE TRUNCATE ON incidents_logline
        FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()""",
]


def guard(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_incident"), ("events", "0002_append_only")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
