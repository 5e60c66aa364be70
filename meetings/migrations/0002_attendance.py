"""`Expected` and `Mark` are called `Attendance` and `AttendanceChange`. Their tables and columns keep their names."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_tables")]

    operations = [
        migrations.AlterModelTable(name="expected", table="meetings_expected"),
        migrations.RenameModel("Expected", "Attendance"),
        migrations.AlterModelTable(name="mark", table="meetings_mark"),
        migrations.RenameModel("Mark", "AttendanceChange"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("AttendanceChange", "expected", "attendance"),
                migrations.AlterField(
                    model_name="attendancechange",
                    name="attendance",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        db_column="expected_id",
                        to="meetings.attendance",
                    ),
                ),
            ]
        ),
    ]
