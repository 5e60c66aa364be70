"""What the roster list reads in order: by name, birth and joining across a subtree, and by category; and the level below an organization."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0004_roster_import_progress")]

    operations = [
        migrations.AddIndex("member", models.Index(fields=["name_key", "id", "roster_path"], name="member_by_name")),
        migrations.AddIndex("member", models.Index(fields=["birth_on", "id", "roster_path"], name="member_by_birth")),
        migrations.AddIndex("member", models.Index(fields=["joined_on", "id", "roster_path"], name="member_by_joining")),
        migrations.AddIndex(
            "member",
            models.Index(fields=["dues_category", "roster_path", "name_key", "id"], name="member_by_category"),
        ),
        migrations.AddIndex("organization", models.Index(fields=["depth", "path"], name="organization_by_level")),
    ]
