"""Triggers on both engines: a publication and its files are never changed and never deleted."""

from django.db import migrations

TABLES = ("indices_publication", "indices_publishedfile")


def sqlite(table):
    return [
        f"""CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'what is published stays'); END""",
        f"""CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
            BEGIN SELECT RAISE(ABORT, 'what is published stays'); END""",
        f"""CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            BEGIN SELECT RAISE(ABORT, 'what is published stays'); END""",
    ]


def postgresql(table):
    return [
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION indices_published_stays()""",
        f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION indices_published_stays()""",
    ]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = [it for table in TABLES for it in sqlite(table)]
    else:
        function = """CREATE FUNCTION indices_published_stays() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '%: what is published stays', TG_TABLE_NAME; END $$"""
        statements = [function, *(it for table in TABLES for it in postgresql(table))]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("indices", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
