from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_review_queue")]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="level",
            field=models.CharField(blank=True, default="", max_length=10),
            preserve_default=False,
        ),
    ]
