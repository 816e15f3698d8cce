"""The patches of seeded faults fit the code: what no longer applies shows nothing."""

import subprocess

from tests.faults.mutations import PATCHES, ROOT, Mutation


def applies(mutation: Mutation) -> bool:
    done = subprocess.run(
        ["patch", "-p1", "--fuzz=0", "--forward", "--dry-run", "-i", str(mutation.path)],
        cwd=ROOT,
        capture_output=True,
    )
    return done.returncode == 0


def test_every_seeded_fault_still_applies() -> None:
    mutations = [Mutation.read(path) for path in sorted(PATCHES.glob("*.patch"))]

    assert len(mutations) > 100
    assert [mutation.path.stem for mutation in mutations if not applies(mutation)] == []


def test_every_seeded_fault_names_a_test_that_is_there() -> None:
    missing = []
    for path in sorted(PATCHES.glob("*.patch")):
        file, *names = Mutation.read(path).test.split("[")[0].split("::")
        text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""
        missing += [
            path.stem for name in names if f"{name}(" not in text and f"class {name}" not in text
        ]

    assert missing == []
