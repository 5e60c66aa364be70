from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_begin")]

    operations = [
        migrations.AddField(
            "assessment",
            "published_words",
            models.CharField(blank=True, default="", max_length=300, verbose_name="with these words"),
            preserve_default=False,
        ),
    ]
