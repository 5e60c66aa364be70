from django.db import migrations, models

from audit.append_only import AppendOnly, Writable

KINDS = [
    ("missed", "After an absence: what was missed, and the question why"),
    ("invitation", "Before a meeting, to those far away: link and material"),
    ("make_up", "After a meeting, to those far away: how to make up for it"),
    ("dues", "Dues left open: how much, and how to pay"),
    ("term", "A term of office ends"),
    ("digest", "The week's duties of an officer"),
    ("due_now", "A duty that falls due now"),
    ("readers", "Somebody new who may come to read sealed letters, to all who read"),
    ("announcement", "A meeting, announced in the branch's group chat"),
]


def with_readers(model):
    name = f"{model}_kind_known"
    field = models.CharField(choices=KINDS, max_length=20, verbose_name="kind")
    condition = models.Q(kind__in=[code for code, _name in KINDS])
    return [
        migrations.RemoveConstraint(model, name),
        migrations.AlterField(model, "kind", field),
        migrations.AddConstraint(model, models.CheckConstraint(condition=condition, name=name)),
    ]


class Migration(migrations.Migration):
    """SQLite makes the tables anew and loses their triggers, so what was written once is said again."""

    dependencies = [("reminders", "0006_message_emptied")]

    operations = [
        Writable("reminders_wording"),
        *with_readers("message"),
        *with_readers("release"),
        *with_readers("wording"),
        AppendOnly("reminders_wording"),
    ]
