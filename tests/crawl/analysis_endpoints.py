"""Visits of item analysis and of what serves integrity: the examiner's alone."""

from tests.crawl.visits import EXAMINERS, Visit

ANALYSED = {"raw_public_id": "@closed_sitting"}
ITEM = {**ANALYSED, "number": "1"}

ANALYSES = (
    Visit("exams.item_analysis", ANALYSED, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.analysed_item", ITEM, may=EXAMINERS, owners=EXAMINERS),
    Visit(  # figures of options show the key: an examiner may not see keys by that
        "exams.analysed_options",
        ITEM,
        may=EXAMINERS,
        owners=EXAMINERS,
        posted=frozenset({403}),
    ),
    Visit("exams.analysis_xlsx", ANALYSED, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.integrity", ANALYSED, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.integrity_names", ANALYSED, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.analyse_again", ANALYSED, may=EXAMINERS, owners=EXAMINERS),
)
