"""Build fixtures/vocab from the npm package tiktoken, verified by the hashes that Python's tiktoken carries.

    python tools/build_vocab.py

Needs npm and a way to a registry. Nothing is written unless every hash agrees.
"""

import base64
import hashlib
import json
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from tiktoken_ext import openai_public

PACKAGE = "tiktoken@1.0.22"
NAMES = ("o200k_base", "cl100k_base", "p50k_base")
TARGET = Path(__file__).parent.parent / "fixtures" / "vocab"


def fetch(folder: Path) -> Path:
    """Download the package and return its archive."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def read_ranks(archive: Path, name: str) -> dict[int, bytes]:
    """Return rank to token. A line of the package's file is `! FIRST_RANK TOKEN ...`, tokens in base64."""
    with tarfile.open(archive) as package:
        member = package.extractfile(f"package/encoders/{name}.json")
        assert member is not None
        lines = json.load(member)["bpe_ranks"].splitlines()
    ranks: dict[int, bytes] = {}
    for line in lines:
        _, first, *tokens = line.split(" ")
        ranks |= {rank: base64.b64decode(token) for rank, token in enumerate(tokens, int(first))}
    return ranks


def tiktoken_lines(ranks: dict[int, bytes]) -> Iterator[bytes]:
    """Word the ranks as OpenAI's `.tiktoken` file does: what the hashes are of."""
    for rank in sorted(ranks):
        yield base64.b64encode(ranks[rank]) + b" %d\n" % rank


def expected_hash(name: str) -> str:
    """Return the SHA-256 that tiktoken demands of a vocabulary's `.tiktoken` file."""
    seen: list[str] = []

    def note(_url: str, expected_hash: str) -> dict[bytes, int]:
        seen.append(expected_hash)
        return {}

    module: Any = openai_public
    original, module.load_tiktoken_bpe = module.load_tiktoken_bpe, note
    try:
        getattr(module, name)()
    finally:
        module.load_tiktoken_bpe = original
    return seen[0]


def pack(ranks: dict[int, bytes]) -> bytes:
    """Pack ranks as `mockgate.vocabulary.unpack` reads them; a rank not in use has length 0."""
    tokens = [ranks.get(rank, b"") for rank in range(max(ranks) + 1)]
    return zlib.compress(struct.pack("<I", len(tokens)) + bytes(map(len, tokens)) + b"".join(tokens), 9)


def main() -> None:
    """Build, verify and write every vocabulary, and tiktoken's licence beside them."""
    packed: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        archive = fetch(Path(folder))
        for name in NAMES:
            ranks = read_ranks(archive, name)
            digest = hashlib.sha256(b"".join(tiktoken_lines(ranks))).hexdigest()
            if digest != expected_hash(name):
                sys.exit(f"{name}: SHA-256 is {digest}, tiktoken expects {expected_hash(name)}")
            packed[name] = pack(ranks)
            print(f"{name}: {len(ranks)} ranks, {digest}, {len(packed[name])} bytes packed")
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, data in packed.items():
        (TARGET / f"{name}.bin").write_bytes(data)
    licence = next(file for file in distribution("tiktoken").files or [] if file.name == "LICENSE")
    (TARGET / "LICENSE").write_text(licence.read_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
