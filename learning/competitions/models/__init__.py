"""Tables of competitions. No queries here."""

from learning.competitions.models.annual import AnnualReport
from learning.competitions.models.awards import (
    Award,
    AwardClaim,
    AwardObjection,
    AwardPlan,
    UnitAward,
)
from learning.competitions.models.competitions import (
    BonusAct,
    Competition,
    Division,
    EnterpriseEnrolment,
    EnterpriseResult,
    Entry,
)
from learning.competitions.models.console import AreaAnalysis, AreaCount, Reminding
from learning.competitions.models.desks import CompetitionOffice, HeadcountDeclaration
from learning.competitions.models.fairness import FairnessFlag, FairnessSetting
from learning.competitions.models.finals import FinalMember, FinalResult, FinalTeam
from learning.competitions.models.history import EnterpriseDay
from learning.competitions.models.hours import ContestHours
from learning.competitions.models.links import EntryLink
from learning.competitions.models.pages import ContestPage, ContestPartner, ContestPicture
from learning.competitions.models.papers import PaperEntry, PaperSetting
from learning.competitions.models.printing import AwardPrinting, AwardPrintingPart
from learning.competitions.models.progress import PlanTarget
from learning.competitions.models.regrades import ItemAppeal, RankEffect, RoundRegrade
from learning.competitions.models.rounds import (
    BoardDocument,
    Promoted,
    PromotionAct,
    Round,
    WindowChange,
)
from learning.competitions.models.series import Edition, Series
from learning.competitions.models.teams import Team, TeamMember, TeamSetting

__all__ = [
    "AnnualReport",
    "AreaAnalysis",
    "AreaCount",
    "Award",
    "AwardClaim",
    "AwardObjection",
    "AwardPlan",
    "AwardPrinting",
    "AwardPrintingPart",
    "BoardDocument",
    "BonusAct",
    "Competition",
    "CompetitionOffice",
    "ContestHours",
    "ContestPage",
    "ContestPartner",
    "ContestPicture",
    "Division",
    "Edition",
    "EnterpriseDay",
    "EnterpriseEnrolment",
    "EnterpriseResult",
    "Entry",
    "EntryLink",
    "FairnessFlag",
    "FairnessSetting",
    "FinalMember",
    "FinalResult",
    "FinalTeam",
    "HeadcountDeclaration",
    "ItemAppeal",
    "PaperEntry",
    "PaperSetting",
    "PlanTarget",
    "Promoted",
    "PromotionAct",
    "RankEffect",
    "Reminding",
    "Round",
    "RoundRegrade",
    "Series",
    "Team",
    "TeamMember",
    "TeamSetting",
    "UnitAward",
    "WindowChange",
]
