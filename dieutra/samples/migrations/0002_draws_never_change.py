"""Triggers on both engines: a draw, once made, is never changed and never removed."""

from django.db import migrations

TABLE = "samples_draw"


def guard(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        schema_editor.execute(statement, params=None)


def _sqlite():
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    yield (
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "
        f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) {refuse}"
    )
    for what in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER {TABLE}_no_{what.lower()} BEFORE {what} ON {TABLE} {refuse}"


def _postgresql():
    yield (
        f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION events_append_only()"
    )
    yield (
        f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()"
    )


class Migration(migrations.Migration):
    dependencies = [("samples", "0001_initial"), ("events", "0002_append_only")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
