"""Visits to acts on certificates, to those that others issued, to lists; read by `endpoints`."""

from tests.crawl.visits import HR, SCHEMERS, Visit

CERTIFICATE = {"raw_public_id": "@certificate"}
UNIT = {"raw_unit_id": "@enterprise"}
KIND = {**UNIT, "raw_public_id": "@external_kind"}
LIST = {**UNIT, "raw_import_id": "@external_import"}
ON_FILE = {"raw_public_id": "@external"}
WAITING = {"raw_public_id": "@waiting_external"}

EXTERNAL = (
    Visit("certificates.correct", CERTIFICATE, may=SCHEMERS, owners=SCHEMERS),
    Visit("certificates.suspend", CERTIFICATE, may=SCHEMERS, owners=SCHEMERS),
    Visit(
        "certificates.lift",
        {"raw_public_id": "@suspended_certificate"},
        may=SCHEMERS,
        owners=SCHEMERS,
    ),
    Visit("external.index", may=HR, public=True),
    Visit(
        "external.register_xlsx",
        may=HR,
        owners=HR,
        form={"unit": "@enterprise"},
        private=frozenset({"unit"}),
    ),
    Visit("external.kinds", UNIT, may=HR, owners=HR),
    Visit("external.kind", KIND, may=HR, owners=HR),
    Visit("external.new", UNIT, may=HR, owners=HR),
    Visit("external.detail", ON_FILE, may=HR, owners=HR),
    Visit("external.detail", WAITING, may=HR, owners=HR),
    Visit("external.follow", ON_FILE, may=HR, owners=HR),
    # Who entered it cannot check it: understood, and refused.
    Visit("external.check", WAITING, may=HR, owners=HR, posted=frozenset({409})),
    Visit("external.withdraw", {"raw_public_id": "@spare_external"}, may=HR, owners=HR),
    Visit("external.scan", {**ON_FILE, "raw_scan_id": "@external_scan"}, may=HR, owners=HR),
    Visit("external.imports", UNIT, may=HR, owners=HR),
    Visit("external.import_template", UNIT, may=HR, owners=HR),
    Visit("external.import_", LIST, may=HR, owners=HR),
    Visit(
        "external.import_", {**UNIT, "raw_import_id": "@faulty_external_import"}, may=HR, owners=HR
    ),
    Visit("external.import_apply", LIST, may=HR, owners=HR),
    Visit("external.import_undo", LIST, may=HR, owners=HR, last=True),
    Visit("verification.batch", public=True),
)
