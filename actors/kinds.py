"""Registers actors and agreements with publishing."""

from django.utils.translation import gettext_lazy as _

from publishing.kinds import Kind, register
from publishing.public import PublicLink, PublicName
from topics.public import TOPIC_MODELS

from .actor_pages import actor_context, actor_places
from .agreement_pages import agreement_context, agreement_places
from .content import ActorContent, AgreementContent
from .projecting import project_actor, project_agreement
from .public import (
    PublicActor,
    PublicAgreement,
    PublicExit,
    PublicFormerName,
    PublicObligation,
    PublicParticipation,
    PublicStatement,
)
from .tables import about_actor, about_agreement, actor_table, agreement_table


def register_all():
    register(
        Kind(
            name="actor",
            section="actors",
            label=_("actor"),
            plural=_("actors"),
            content=ActorContent,
            project=project_actor,
            context=actor_context,
            template="actors/actor_detail.html",
            public_models=[PublicActor, PublicFormerName, *TOPIC_MODELS, PublicLink, PublicName],
            desk_path="actors.desk.ActorDesk",
            table=actor_table,
            about=about_actor,
            places=actor_places,
            links_itself=True,
        )
    )
    register(
        Kind(
            name="agreement",
            section="agreements",
            label=_("agreement"),
            plural=_("agreements"),
            content=AgreementContent,
            project=project_agreement,
            context=agreement_context,
            template="actors/agreement_detail.html",
            public_models=[
                PublicAgreement,
                PublicParticipation,
                PublicObligation,
                PublicStatement,
                PublicExit,
                *TOPIC_MODELS,
                PublicLink,
                PublicName,
            ],
            desk_path="actors.desk.AgreementDesk",
            table=agreement_table,
            about=about_agreement,
            places=agreement_places,
            links_itself=True,
        )
    )
