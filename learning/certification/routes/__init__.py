"""HTTP of certification: one's own certificates, public verification, schemes."""

from learning.certification.routes import acts  # noqa: F401 - it adds its views
from learning.certification.routes.certificates import bp as certificates_bp
from learning.certification.routes.schemes import bp as schemes_bp
from learning.certification.routes.verification import bp as verification_bp

__all__ = ["certificates_bp", "schemes_bp", "verification_bp"]
