"""Working rows of actors, agreements and participations, where Django finds them."""

from .actor_models import Actor, FormerName  # noqa: F401
from .agreement_models import Agreement, Obligation  # noqa: F401
from .imported import ImportedRecord  # noqa: F401
from .party_models import Participation, Statement  # noqa: F401
from .public import (  # noqa: F401
    PublicActor,
    PublicAgreement,
    PublicExit,
    PublicFormerName,
    PublicObligation,
    PublicParticipation,
    PublicStatement,
)
