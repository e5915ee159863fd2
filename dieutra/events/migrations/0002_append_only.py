"""Triggers on both engines: an event is never deleted, and only its `processed_at` ever changes."""

from django.db import migrations

COLUMNS = "id, at, actor_id, verb, subject_type, subject_id, campaign_id, path, facts"

# INSERT OR REPLACE removes the old row without a delete trigger, hence the two triggers on INSERT.
SQLITE = [
    """CREATE TRIGGER events_no_replace BEFORE INSERT ON events_event
        WHEN EXISTS (SELECT 1 FROM events_event WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER seals_no_replace BEFORE INSERT ON events_seal
        WHEN EXISTS (SELECT 1 FROM events_seal WHERE id = NEW.id OR last_event = NEW.last_event)
        BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END""",
    f"""CREATE TRIGGER events_no_update BEFORE UPDATE OF {COLUMNS} ON events_event
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER events_no_delete BEFORE DELETE ON events_event
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER seals_no_update BEFORE UPDATE ON events_seal
        BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END""",
    """CREATE TRIGGER seals_no_delete BEFORE DELETE ON events_seal
        BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    f"""CREATE TRIGGER events_no_update BEFORE UPDATE OF {COLUMNS} ON events_event
        FOR EACH ROW EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER events_no_delete BEFORE DELETE ON events_event
        FOR EACH ROW EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events_event
        FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER seals_no_change BEFORE UPDATE OR DELETE ON events_seal
        FOR EACH ROW EXECUTE FUNCTION events_append_only()""",
    """CREATE TRIGGER seals_no_truncate BEFORE TRUNCATE ON events_seal
        FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()""",
]


def guard(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
