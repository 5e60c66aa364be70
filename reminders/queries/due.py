"""Very many rows of the outbox as what is asked about them: made of texts, which takes half of what fields take."""

import json
from collections.abc import Iterator
from uuid import UUID

from django.db.models import CharField, TextField
from django.db.models.functions import Cast

from reminders.models.message import MessageQuerySet
from reminders.rules.pending import Due

READ = (Cast("key", CharField()), *Due._fields[1:-1], Cast("values", TextField()))
parsed = json.JSONDecoder().raw_decode


def rows_of(messages: MessageQuerySet) -> Iterator[Due]:
    for key, *between, values in messages.values_list(*READ):
        yield Due._make((UUID(key), *between, parsed(values)[0]))
