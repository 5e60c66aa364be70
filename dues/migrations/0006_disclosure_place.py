from django.db import migrations, models


class Migration(migrations.Migration):
    """Where the members were told; empty for what was published before anybody was asked."""

    dependencies = [("dues", "0005_papers_stand")]

    operations = [
        migrations.AddField(
            "disclosure",
            "place",
            models.CharField("where, or at which meeting", blank=True, default="", max_length=200),
        ),
    ]
