"""Fetch Swagger UI into fixtures/swagger: its script and its style, packed, and its licences.

    python tools/fetch_swagger.py

Needs npm and a way to a registry. Nothing is written unless the package's hash is the one below.
"""

import base64
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "swagger-ui-dist@5.35.0"
#: What the registry says of the package, as package-lock files have it.
INTEGRITY = "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=="
PACKED = ("swagger-ui-bundle.js", "swagger-ui.css")
PLAIN = ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt")
TARGET = Path(__file__).parent.parent / "fixtures" / "swagger"


def fetch(folder: Path) -> Path:
    """Download the package and return its archive."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def read(package: tarfile.TarFile, name: str) -> bytes:
    """Return a file of the package, without the line that leads to its source map."""
    member = package.extractfile(f"package/{name}")
    assert member is not None
    data = member.read()
    lines = data.splitlines(keepends=True)
    return b"".join(lines[:-1]) if b"sourceMappingURL=" in lines[-1] else data


def main() -> None:
    """Fetch, verify and write everything."""
    with tempfile.TemporaryDirectory() as folder:
        archive = fetch(Path(folder))
        digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != INTEGRITY:
            sys.exit(f"{PACKAGE}: its hash is {digest}, not {INTEGRITY}")
        with tarfile.open(archive) as package:
            found = {f"{name}.gz": gzip.compress(read(package, name), 9, mtime=0) for name in PACKED}
            found |= {name: read(package, name) for name in PLAIN}
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, data in found.items():
        (TARGET / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
