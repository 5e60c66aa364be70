from django.urls import path

from supervision.views import inspector_keys, letter_acts, letter_names, letters, relatives

urlpatterns = [
    path("letters/", letters.letter_list, name="letter-list"),
    path("letters/counts/", letters.letter_counts, name="letter-counts"),
    path("letters/keys/", inspector_keys.key_list, name="key-list"),
    path("letters/keys/make/", inspector_keys.key_make, name="key-make"),
    path("letters/keys/<uuid:key>/approve/", inspector_keys.key_approve, name="key-approve"),
    path("letters/keys/<uuid:key>/withdraw/", inspector_keys.key_withdraw, name="key-withdraw"),
    path("letters/keys/<uuid:key>/passphrase/", inspector_keys.key_passphrase, name="key-passphrase"),
    path("letters/relatives/", relatives.relative_list, name="relative-list"),
    path("letters/relatives/<uuid:key>/remove/", relatives.relative_remove, name="relative-remove"),
    path("letters/files/<uuid:key>/", letters.letter_file, name="letter-file"),
    path("letters/<uuid:key>/", letters.letter_read, name="letter-read"),
    path("letters/names/", letter_names.name_list, name="name-list"),
    path("letters/names/<uuid:key>/", letter_names.name_decide, name="name-decide"),
    path("letters/<uuid:key>/ask-name/", letter_acts.letter_ask_name, name="letter-ask-name"),
    path("letters/<uuid:key>/answer/", letter_acts.letter_answer, name="letter-answer"),
    path("letters/<uuid:key>/accept/", letter_acts.letter_accept, name="letter-accept"),
    path("letters/<uuid:key>/refuse/", letter_acts.letter_refuse, name="letter-refuse"),
    path("letters/<uuid:key>/close/", letter_acts.letter_close, name="letter-close"),
    path("letters/<uuid:key>/result/", letter_acts.letter_result, name="letter-result"),
    path("letters/<uuid:key>/step-back/", letter_acts.letter_step_back, name="letter-step-back"),
    path("letters/<uuid:key>/reseal/", letter_acts.letter_reseal, name="letter-reseal"),
]
