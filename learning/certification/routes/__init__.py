"""HTTP of certification: one's own certificates, public verification, schemes."""

from learning.certification.routes import (  # noqa: F401 - they add their views
    acts,
    bundles,
    external_entry,
    external_imports,
    sharing,
    templates,
    verified_lists,
)
from learning.certification.routes import terms as _terms  # noqa: F401 - its pages are schemes'
from learning.certification.routes.appeals import bp as certificate_appeals_bp
from learning.certification.routes.assessing import bp as assessing_bp
from learning.certification.routes.certificates import bp as certificates_bp
from learning.certification.routes.deciding import bp as deciding_bp
from learning.certification.routes.external import bp as external_bp
from learning.certification.routes.files import bp as award_files_bp
from learning.certification.routes.papers import confirming_bp
from learning.certification.routes.schemes import bp as schemes_bp
from learning.certification.routes.verification import bp as verification_bp

__all__ = [
    "assessing_bp",
    "award_files_bp",
    "certificate_appeals_bp",
    "certificates_bp",
    "confirming_bp",
    "deciding_bp",
    "external_bp",
    "schemes_bp",
    "verification_bp",
]
