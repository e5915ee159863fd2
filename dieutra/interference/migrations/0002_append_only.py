"""Triggers on both engines: runs and flags never change; of an annulment who proposed it, why and about whom stays."""

from django.db import migrations

TABLES = ("interference_signalrun", "interference_flag", "interference_annulment_flags")
PROPOSED = {
    "interference_annulment": "id, campaign_id, survey, path, reason, proposed_by_id, proposed_at",
    "interference_reversal": "id, annulment_id, reason, proposed_by_id, proposed_at",
}


def guard(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        for statement in _sqlite(table, "UPDATE") if sqlite else _postgresql(table, "UPDATE"):
            schema_editor.execute(statement, params=None)
    for table, columns in PROPOSED.items():
        change = f"UPDATE OF {columns}"
        for statement in _sqlite(table, change) if sqlite else _postgresql(table, change):
            schema_editor.execute(statement, params=None)


def _sqlite(table, change):
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # INSERT OR REPLACE removes the old row without a delete trigger
    yield (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}"
    )
    yield f"CREATE TRIGGER {table}_no_update BEFORE {change} ON {table} {refuse}"
    yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"


def _postgresql(table, change):
    for name, when, each in (("update", change, "ROW"), ("delete", "DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        yield (
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION events_append_only()"
        )


class Migration(migrations.Migration):
    dependencies = [("interference", "0001_initial"), ("events", "0002_append_only")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
