"""Visits to items at every step of their life, to banks and pictures."""

from tests.crawl.visits import (
    AUTHORS,
    ITEM_MANAGERS,
    ITEM_READERS,
    PERSONS,
    REVIEWERS,
    Visit,
)

BANK = {"bank": "@life_bank"}
DRAFT = {**BANK, "code": "@life_draft"}
WAITING = {**BANK, "code": "@life_waiting"}
APPROVED = {**BANK, "code": "@life_approved"}
REVISED = {**BANK, "code": "@life_revised"}
RETIRED = {**BANK, "code": "@life_retired"}
SAID = {"comment": "出处待补"}
NEW_BANK = {"code": "crawl-new", "title": "新题库", "pool": "contest", "unit": ""}

ITEM_LIFE = (
    Visit("question_bank.detail", DRAFT, may=ITEM_READERS, public=True),
    Visit("question_bank.detail", WAITING, may=ITEM_READERS, public=True),
    Visit("question_bank.detail", REVISED, may=ITEM_READERS, public=True),
    Visit("question_bank.detail", RETIRED, may=ITEM_READERS, public=True),
    Visit("question_bank.key", REVISED, may=ITEM_READERS, public=True, form={"version": "2"}),
    Visit("question_bank.comment", WAITING, may=ITEM_READERS, public=True, form=SAID),
    Visit("question_bank.review", may=REVIEWERS, public=True),
    Visit("question_bank.review_item", WAITING, may=REVIEWERS, public=True),
    Visit("question_bank.review_item", REVISED, may=REVIEWERS, public=True),
    Visit("question_bank.review_key", REVISED, may=ITEM_READERS - {"author"}, public=True),
    Visit("question_bank.decide", WAITING, may=REVIEWERS, public=True, form=SAID),
    Visit("question_bank.banks", may=ITEM_READERS, public=True),
    Visit("question_bank.new_bank", may=ITEM_MANAGERS, public=True, form=NEW_BANK),
    Visit("question_bank.bank_settings", BANK, may=ITEM_MANAGERS, public=True),
    Visit("question_bank.keep_back", APPROVED, may=ITEM_MANAGERS, public=True),
    Visit("question_bank.submit", DRAFT, may=AUTHORS, public=True, last=True),
    Visit("question_bank.withdraw", WAITING, may=AUTHORS, public=True, last=True),
    Visit("question_bank.discard", DRAFT, may=AUTHORS, public=True, last=True),
    Visit("question_bank.retire", APPROVED, may=ITEM_MANAGERS, public=True, last=True),
    Visit("question_bank.restore", RETIRED, may=ITEM_MANAGERS, public=True, last=True),
    Visit(
        "media.picture",
        {"raw_sha256": "@life_picture", "suffix": "png"},
        may=PERSONS,
        public=True,
    ),
)
