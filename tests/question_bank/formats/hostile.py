"""Files made to do harm, and what it costs to refuse them, measured in a process of its own."""

import io
import json
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024
MAX_SECONDS = 2.0
MAX_MEMORY = 200 * MEGABYTE

_REFUSE = """
import json, re, sys, time
from pathlib import Path
from learning.question_bank.formats import contract, intake
{imports}
content = Path(sys.argv[1]).read_bytes()
began = time.process_time()
try:
    result = {call}
    code = "accepted"
except contract.Unreadable as error:
    code, result = error.code, error.message
print(json.dumps({{
    "code": code, "result": str(result)[:300], "seconds": time.process_time() - began,
    "memory": 1024 * int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]),
}}))
"""


@dataclass(frozen=True)
class Cost:
    code: str
    result: str
    seconds: float
    memory: int

    @property
    def is_bounded(self) -> bool:
        return self.seconds <= MAX_SECONDS and self.memory <= MAX_MEMORY


def measured(content: bytes, call: str, folder: Path, imports: str = "") -> Cost:
    """Run `call` on `content` in a new process; report how it ended and what it cost.

    Seconds are those of the processor, for a machine may be busy with other things. The kernel's high-water mark of the process itself (VmHWM): that of `getrusage` begins with what
    the test run had in memory when it forked.
    """
    file = folder / "hostile"
    file.write_bytes(content)
    program = _REFUSE.format(call=call, imports=imports)
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Cost(**json.loads(done.stdout))


def zipped(files: dict[str, bytes], level: int = 9) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def flat_bomb(entries: int = 16, megabytes: int = 1000) -> bytes:
    """Make a zip of a few hundred KB of entries that each unpack to `megabytes` MB of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = bytes(MEGABYTE)
    packed = b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()
    crc = 0
    for _ in range(megabytes):
        crc = zlib.crc32(zeros, crc)
    return framed([(f"{n}.xml", packed, crc, megabytes * MEGABYTE) for n in range(entries)])


def lying_bomb() -> bytes:
    """Make a zip whose one entry says it is 100 bytes long and unpacks to 500 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(500)) + packer.flush()
    return framed([("a.xml", packed, 0, 100)])


def nested_bomb(depth: int = 5, breadth: int = 16) -> bytes:
    """Make zips in zips like 42.zip: 16 to the power of 5 times 4 GB in the end."""
    content = flat_bomb(1, 100)
    for _ in range(depth):
        content = zipped({f"{n}.zip": content for n in range(breadth)})
    return content


def framed(entries: list[tuple[str, bytes, int, int]]) -> bytes:
    """Lay out a zip by hand from (name, deflated bytes, checksum, declared size)."""
    body, directory = b"", b""
    for name, packed, crc, size in entries:
        raw = name.encode()
        common = b"\x14\0\0\0\x08\0\0\0\0\0" + crc.to_bytes(4, "little")
        common += len(packed).to_bytes(4, "little") + size.to_bytes(4, "little")
        common += len(raw).to_bytes(2, "little") + b"\0\0"
        directory += (
            b"PK\x01\x02\x14\0" + common + bytes(10) + len(body).to_bytes(4, "little") + raw
        )
        body += b"PK\x03\x04" + common + raw + packed
    count = len(entries).to_bytes(2, "little")
    end = b"PK\x05\x06\0\0\0\0" + count * 2 + len(directory).to_bytes(4, "little")
    return body + directory + end + len(body).to_bytes(4, "little") + b"\0\0"
