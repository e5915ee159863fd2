"""Triggers on both engines: a run, an answer and a verdict are never changed and never deleted."""

from django.db import migrations

TABLES = ("selfcheck_run", "selfcheck_answer", "selfcheck_verdict")


def guard(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        for statement in _sqlite(table) if sqlite else _postgresql(table):
            schema_editor.execute(statement, params=None)


def _sqlite(table):
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    yield (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}"
    )
    for what in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} {refuse}"


def _postgresql(table):
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION events_append_only()"
    )
    yield (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()"
    )


class Migration(migrations.Migration):
    dependencies = [("selfcheck", "0001_initial"), ("events", "0002_append_only")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
