from django.urls import path

from supervision.letters import key_views, views

urlpatterns = [
    path("letters/", views.letter_list, name="letter-list"),
    path("letters/counts/", views.letter_counts, name="letter-counts"),
    path("letters/keys/", key_views.key_list, name="key-list"),
    path("letters/keys/make/", key_views.key_make, name="key-make"),
    path("letters/keys/<uuid:key>/approve/", key_views.key_approve, name="key-approve"),
    path("letters/keys/<uuid:key>/withdraw/", key_views.key_withdraw, name="key-withdraw"),
    path("letters/keys/<uuid:key>/passphrase/", key_views.key_passphrase, name="key-passphrase"),
    path("letters/relatives/", key_views.relative_list, name="relative-list"),
    path("letters/relatives/<uuid:key>/remove/", key_views.relative_remove, name="relative-remove"),
    path("letters/files/<uuid:key>/", views.letter_file, name="letter-file"),
    path("letters/<uuid:key>/", views.letter_read, name="letter-read"),
    path("letters/names/", views.name_list, name="name-list"),
    path("letters/names/<uuid:key>/", views.name_decide, name="name-decide"),
    path("letters/<uuid:key>/ask-name/", views.letter_ask_name, name="letter-ask-name"),
    path("letters/<uuid:key>/answer/", views.letter_answer, name="letter-answer"),
    path("letters/<uuid:key>/accept/", views.letter_accept, name="letter-accept"),
    path("letters/<uuid:key>/refuse/", views.letter_refuse, name="letter-refuse"),
    path("letters/<uuid:key>/close/", views.letter_close, name="letter-close"),
    path("letters/<uuid:key>/result/", views.letter_result, name="letter-result"),
    path("letters/<uuid:key>/step-back/", views.letter_step_back, name="letter-step-back"),
    path("letters/<uuid:key>/reseal/", views.letter_reseal, name="letter-reseal"),
]
