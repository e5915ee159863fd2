from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('opinions', '0002_mailing')]

    operations = [
        migrations.AddField('closing', 'pooled', models.PositiveIntegerField(default=0)),
        migrations.AddField('closing', 'destroyed', models.PositiveIntegerField(default=0)),
    ]
