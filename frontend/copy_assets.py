"""Copy the third-party files that pages serve from node_modules into learning/static/vendor.

There is no bundler: what npm unpacked and checked against the lock is served as it is. Only the
files named in `ASSETS` are copied. Standard library only, so that it runs before anything else is
installed. Running it again changes nothing; a file no longer named is removed.
"""

import hashlib
import json
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
VENDOR = FRONTEND.parent / "learning" / "static" / "vendor"

# path under node_modules -> path under learning/static/vendor
ASSETS = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "idb-keyval/dist/index.js": "idb-keyval/index.js",
    "@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2": (
        "stix-two-math/stix-two-math-latin-400-normal.woff2"
    ),
    "@fontsource/stix-two-math/LICENSE": "stix-two-math/LICENSE",
}


def package_of(source: str) -> str:
    """Return the npm package that a path under node_modules belongs to."""
    parts = source.split("/")
    return "/".join(parts[:2]) if source.startswith("@") else parts[0]


def locked_versions(lock: Path) -> dict[str, str]:
    """Return {package: version} of a package-lock.json (lockfileVersion 2 or 3)."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    prefix = "node_modules/"
    return {name[len(prefix) :]: row["version"] for name, row in packages.items() if name}


def copy_file(source: Path, target: Path) -> str:
    """Copy one file if its bytes differ and return its SHA-256 in hex."""
    content = source.read_bytes()
    if not target.exists() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def remove_strays(vendor: Path, wanted: set[str]) -> None:
    """Delete the files below `vendor` that are not wanted, and folders left empty."""
    for path in sorted(vendor.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(vendor).as_posix() not in wanted:
            path.unlink()


def main() -> int:
    """Copy every asset, write manifest.json; 1 and a message when npm ci has not been run."""
    modules = FRONTEND / "node_modules"
    missing = [source for source in ASSETS if not (modules / source).is_file()]
    if missing:
        lines = "\n  ".join(missing)
        sys.stderr.write(f"Not in frontend/node_modules (run npm ci there first):\n  {lines}\n")
        return 1
    versions = locked_versions(FRONTEND / "package-lock.json")
    manifest = {
        target: {
            "package": package_of(source),
            "version": versions[package_of(source)],
            "sha256": copy_file(modules / source, VENDOR / target),
        }
        for source, target in ASSETS.items()
    }
    remove_strays(VENDOR, {*manifest, "manifest.json"})
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    path = VENDOR / "manifest.json"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
