"""Visits of what schemes ask, of award files and of decisions on them."""

from tests.crawl.visits import EXAMINERS, HR, LEARNERS, MANAGERS, SCHEMERS, Visit

RICH = {"raw_public_id": "@rich_scheme"}
FILE = {"raw_public_id": "@award_file"}
APPEAL = {"raw_public_id": "@certificate_appeal"}
OWN_FILE = {"raw_public_id": "@own_award_file"}
OWNED_FILE = {"raw_public_id": "@own_award_file"}
OWN_PAPER = {"raw_paper_id": "@project_paper"}
DECLARATION = {"raw_public_id": "@own_declaration"}
PROJECT = {"raw_public_id": "@award_project"}
CONFIRMERS = HR | SCHEMERS
MISSING = frozenset({404})  # nobody reviewed a project of this file
DECIDERS = MANAGERS  # the association's manager decides there too

DECIDING = (
    Visit("schemes.terms", RICH, may=SCHEMERS, owners=SCHEMERS),
    Visit("award_files.index", public=True),
    Visit("award_files.detail", OWN_FILE, owners=LEARNERS),
    Visit("award_files.begin", RICH, public=True),
    Visit("award_files.paper", OWN_PAPER, owners=LEARNERS),
    Visit(
        "award_files.declare",
        OWN_FILE,
        owners=LEARNERS,
        form={"kind": "experience", "years": "5", "words": "检验岗位五年。"},
    ),
    Visit("award_files.hand_in_project", OWN_FILE, owners=LEARNERS, form={"title": "项目"}),
    Visit(
        "award_files.withdraw",
        {"raw_declaration_id": "@own_declaration"},
        owners=LEARNERS,
        last=True,
    ),
    Visit("confirming.index", may=CONFIRMERS, public=True),
    Visit("confirming.detail", DECLARATION, may=CONFIRMERS, owners=HR),
    Visit(
        "confirming.declared_paper",
        {**DECLARATION, "raw_paper_id": "@declared_paper"},
        may=CONFIRMERS,
        owners=HR,
    ),
    Visit("assessing.index", public=True),
    Visit("assessing.detail", PROJECT, owners=EXAMINERS),
    Visit("assessing.paper", {**PROJECT, "raw_paper_id": "@project_paper"}, owners=EXAMINERS),
    Visit(
        "schemes.appoint_assessors",
        RICH,
        may=SCHEMERS,
        owners=SCHEMERS,
        form={"roll": "nobody"},
    ),
    Visit(
        "schemes.dismiss_assessor",
        {**RICH, "raw_person_id": "@assessor"},
        may=SCHEMERS,
        owners=SCHEMERS,
        last=True,
    ),
    Visit("deciding.second_opinion", FILE, may=DECIDERS, owners=DECIDERS, posted=MISSING),
    Visit(
        "deciding.evidence",
        {**OWNED_FILE, "raw_paper_id": "@project_paper"},
        may=DECIDERS,
        owners=DECIDERS,
    ),
    Visit("certificate_appeals.index", public=True),
    Visit(
        "certificate_appeals.lodge",
        public=True,
        form={"subject": "refused-nothing", "text": "证明属实。"},
    ),
    Visit("certificate_appeals.register", may=DECIDERS, public=True),
    Visit("certificate_appeals.appeal", APPEAL, may=DECIDERS, owners=DECIDERS),
    Visit(
        "certificate_appeals.answer",
        APPEAL,
        may=DECIDERS,
        owners=DECIDERS,
        form={"verdict": "rejected", "answer": "维持原决定。"},
        last=True,
    ),
    Visit("deciding.index", may=DECIDERS, public=True),
    Visit("deciding.detail", FILE, may=DECIDERS, owners=DECIDERS),
    Visit(
        "deciding.preview",
        may=DECIDERS,
        public=True,  # what is out of reach is left out of the list
        form={"file": "@award_file"},
    ),
    Visit("deciding.grant", may=DECIDERS, public=True, form={"file": "nothing"}),
    Visit(
        "deciding.decide",
        FILE,
        may=DECIDERS,
        owners=DECIDERS,
        form={"act": "refuse", "reason": "材料不全。"},
        last=True,
    ),
)
