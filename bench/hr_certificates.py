"""How fast certificates are made as files: 10,000 of them take so long as `certificates_s` says.

Run: python -m bench.hr_certificates. Two compilers in two threads, as the worker makes a bundle.
"""

import time
from datetime import UTC, datetime, timedelta

from learning.certification.presentation import Sheet, as_pdf
from learning.certification.rules import Facts, State, document_sha256
from learning.certification.services.bundles import PART, pack

CERTIFICATES = 10_000
SAMPLE = 500
AT = datetime(2026, 7, 1, 2, tzinfo=UTC)


def sheets(count: int) -> list[Sheet]:
    """Return certificates of as many people, each with a name of its own."""
    made = []
    for n in range(count):
        facts = Facts(
            number=f"QA-TQM-2026-{n:06d}",
            scheme="QA-TQM",
            title="全面质量管理基础",
            title_en="Foundations of TQM",
            holder_name=chr(0x4E00 + n % 5_000)
            + chr(0x5E00 + n * 7 % 5_000)
            + chr(0x6C00 + n % 900),
            unit_name=f"示例精密制造有限公司第{n % 40}分公司",
            issuer_name="示例质量协会",
            issued_at=AT,
            valid_from=AT,
            valid_until=AT + timedelta(days=1095),
        )
        code = f"{n:028d}"
        address = f"https://academy.example/verify/{code}"
        made.append(
            Sheet(facts, code, "Asia/Shanghai", document_sha256(facts), State.VALID, address)
        )
    return made


def measure(_database: object = None, _population: object = None) -> dict[str, float]:
    """Return `certificates_s`: seconds for 10,000, from a sample of 500 after a warm start.

    Pages are drawn from facts alone: the employer of the other parts is not looked at.
    """
    wanted = sheets(SAMPLE)
    as_pdf(wanted[0])
    begun = time.perf_counter()
    size = sum(len(pack(wanted[first : first + PART])) for first in range(0, SAMPLE, PART))
    spent = time.perf_counter() - begun
    return {
        "certificates_s": round(spent * CERTIFICATES / SAMPLE, 1),
        "certificate_kb": round(size / SAMPLE / 1024, 1),
    }


if __name__ == "__main__":
    print(measure())
