"""Take the third-party files that the product uses out of node_modules.

What pages serve (`ASSETS`) is copied to learning/static/vendor; the fonts that documents are set in
(`FONTS`) go to learning/fonts, which no address reaches: a page never needs 10 MB of a font. There
is no bundler: what npm unpacked and checked against the lock is used as it is. Standard library
only, so that it runs before anything else is installed. Running it again changes nothing; a file no
longer named is removed.
"""

import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
MODULES = FRONTEND / "node_modules"
VENDOR = FRONTEND.parent / "learning" / "static" / "vendor"
FONT_FOLDER = FRONTEND.parent / "learning" / "fonts"

# path under node_modules -> path under learning/static/vendor
ASSETS = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "idb-keyval/dist/index.js": "idb-keyval/index.js",
    "@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2": (
        "stix-two-math/stix-two-math-latin-400-normal.woff2"
    ),
    "@fontsource/stix-two-math/LICENSE": "stix-two-math/LICENSE",
}

# package below @expo-google-fonts -> the weights taken (TrueType); their OFL text goes along.
FONT_PACKAGES = {
    "noto-emoji": ["400Regular/NotoEmoji_400Regular.ttf"],
    "noto-sans-arabic": ["400Regular/NotoSansArabic_400Regular.ttf"],
    "noto-sans-sc": ["400Regular/NotoSansSC_400Regular.ttf"],
    "noto-serif": ["400Regular/NotoSerif_400Regular.ttf", "700Bold/NotoSerif_700Bold.ttf"],
    "noto-serif-jp": ["700Bold/NotoSerifJP_700Bold.ttf"],
    "noto-serif-sc": ["400Regular/NotoSerifSC_400Regular.ttf", "700Bold/NotoSerifSC_700Bold.ttf"],
}
# path under node_modules -> path under learning/fonts
FONTS = {
    f"@expo-google-fonts/{package}/{path}": f"{package}/{path.split('/')[-1]}"
    for package, weights in FONT_PACKAGES.items()
    for path in [*weights, "LICENSE_FONT"]
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


def take_file(source: Path, target: Path) -> str:
    """Put a file in place if its bytes differ and return its SHA-256 in hex.

    A hard link where the file system has them: the fonts are large.
    """
    content = source.read_bytes()
    if not target.exists() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:
            target.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def remove_strays(folder: Path, wanted: set[str]) -> None:
    """Delete the files below a folder that are not wanted, and folders left empty."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in wanted:
            path.unlink()


def drop_other_weights() -> None:
    """Delete the weights and samples nobody uses from node_modules: 230 of 280 MB."""
    for package in FONT_PACKAGES:
        root = MODULES / "@expo-google-fonts" / package
        for path in [*root.rglob("*.ttf"), *root.rglob("*.png")]:
            if path.relative_to(MODULES).as_posix() not in FONTS:
                with contextlib.suppress(OSError):
                    path.unlink()


def take_all(files: dict[str, str], folder: Path, versions: dict[str, str]) -> None:
    """Put all files in a folder with a manifest.json of packages, versions and hashes."""
    manifest = {
        target: {
            "package": package_of(source),
            "version": versions[package_of(source)],
            "sha256": take_file(MODULES / source, folder / target),
        }
        for source, target in files.items()
    }
    remove_strays(folder, {*manifest, "manifest.json"})
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    path = folder / "manifest.json"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main() -> int:
    """Take every asset and font; 1 and a message when npm ci has not been run."""
    missing = [source for source in {**ASSETS, **FONTS} if not (MODULES / source).is_file()]
    if missing:
        lines = "\n  ".join(missing)
        sys.stderr.write(f"Not in frontend/node_modules (run npm ci there first):\n  {lines}\n")
        return 1
    versions = locked_versions(FRONTEND / "package-lock.json")
    take_all(FONTS, FONT_FOLDER, versions)
    take_all(ASSETS, VENDOR, versions)
    drop_other_weights()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
