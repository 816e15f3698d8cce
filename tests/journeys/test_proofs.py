"""A proof photographed by a phone: made smaller on the device, and handed in."""

import random
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from learning.organisations.rules.corrections import EVIDENCE_BYTES
from learning.study.models import StudyClaim
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture
from tests.journeys.test_notes import READER, Scene, scene  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser


def noisy_png(side: int) -> bytes:
    """Return a picture that packs as badly as a photo."""
    noise = random.Random(7)

    def chunk(kind: bytes, data: bytes) -> bytes:
        sealed = struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
        return struct.pack(">I", len(data)) + kind + data + sealed

    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_a_photo_larger_than_a_proof_may_be_is_made_smaller_and_handed_in(
    browser: Browser,  # noqa: F811
    scene: Scene,  # noqa: F811
    tmp_path: Path,
) -> None:
    photo = tmp_path / "证书.png"
    photo.write_bytes(noisy_png(1400))
    assert photo.stat().st_size > 2 * EVIDENCE_BYTES
    faults: list[str] = []
    context = new_context(
        browser, faults, viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    )
    worker = Person(context, scene.world)
    worker.log_in(READER, PASSWORD)
    worker.go("/study/claims/new")
    page = worker.page
    for label, value in (
        ("培训名称", "统计过程控制"), ("举办单位", "示例协会"), ("证明上的学时", "8"),
        ("开始日期", "2026-01-05"), ("结束日期", "2026-01-05"),
    ):  # fmt: skip
        page.get_by_label(label).fill(value)

    page.get_by_label("证明材料").set_input_files(photo)
    expect(page.get_by_text("照片已在本机缩小为")).to_be_visible(timeout=20_000)
    worker.check_accessibility()
    page.get_by_role("button", name="提交审批").click()

    expect(page.get_by_text("已提交，单位审批后在这里看结果。")).to_be_visible()
    with scene.world.database.session(write=False) as session:
        claim = session.scalars(select(StudyClaim)).one()
    assert claim.evidence_type == "image/jpeg"
    assert claim.evidence_name == "证书.jpg"
    assert faults == []
