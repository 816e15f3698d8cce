"""Visits to how certificates are printed and to authorisations; read by `endpoints`."""

from tests.crawl.visits import EVERYONE, HR, LEARNERS, SCHEMERS, Visit

SCHEME = {"raw_public_id": "@scheme"}
GIVEN = {"raw_public_id": "@authorisation"}
UNIT = {"raw_unit": "@enterprise"}

PRINTS = (
    Visit("certificates.share", {"raw_public_id": "@certificate"}, owners=LEARNERS),
    Visit("certificates.share_png", {"raw_public_id": "@certificate"}, owners=LEARNERS),
    Visit("schemes.template", SCHEME, may=SCHEMERS, owners=SCHEMERS),
    Visit("schemes.template_preview", SCHEME, may=SCHEMERS, owners=SCHEMERS),
    Visit("schemes.bundle", SCHEME, may=SCHEMERS, owners=SCHEMERS),
    Visit("schemes.bundle_zip", SCHEME, may=SCHEMERS, owners=SCHEMERS, own=frozenset({200, 404})),
    Visit("authorisations.index", may=HR, public=True),
    Visit("authorisations.list_xlsx", may=HR, public=True),
    Visit("authorisations.new", may=HR, public=True),
    Visit("authorisations.mine", public=True),
    Visit("authorisations.detail", GIVEN, owners=LEARNERS | HR),
    Visit("authorisations.card_pdf", GIVEN, owners=LEARNERS | HR),
    Visit("authorisations.cards", may=HR, public=True, form={"kind": "card"}),
    Visit("authorisations.card_form", UNIT, may=HR, owners=HR),
    Visit("authorisations.calibration", UNIT, may=HR, owners=HR),
    Visit("authorisations.check", {"raw_code": "@authorisation_code"}, may=EVERYONE, public=True),
    Visit("authorisations.photo", GIVEN, may=HR, owners=HR),
    Visit(
        "authorisations.revoke",
        GIVEN,
        may=HR,
        owners=HR,
        form={"reason": "调离"},
        last=True,
    ),
)
