from django.db import migrations
from django.utils import timezone

from audit.keyring import audit_key
from audit.models import digest_of


def close(apps, editor):
    """The first entry with a key holds the digest of the last without one, and so all of them.

    The entries before can't be written anew: their table refuses.
    """
    Entry, Head = apps.get_model("audit", "Entry"), apps.get_model("audit", "Head")
    head = Head.objects.filter(pk=1, number__gt=0).first()
    if head is None:
        return
    begun = Entry(
        number=head.number + 1,
        at=timezone.now(),
        actor="system",
        action="begin_audit_key",
        previous_digest=head.digest,
    )
    begun.digest = digest_of(begun, audit_key(is_first=True))
    begun.save(force_insert=True)
    Head.objects.filter(pk=1).update(number=begun.number, digest=begun.digest)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_chain_checks")]
    operations = [migrations.RunPython(close, migrations.RunPython.noop)]
