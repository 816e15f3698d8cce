"""Templates compiled once a test process instead of once an application."""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from learning.web.transaction import TransactionalFlask


class InMemory(BytecodeCache):
    """Keeps compiled templates by name and checksum of their source."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        held = self._held.get(bucket.key)
        if held is not None:
            bucket.bytecode_from_string(held)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


def compile_once() -> None:
    """Let all applications of this process share what was compiled."""
    TransactionalFlask.jinja_options = {
        **TransactionalFlask.jinja_options,
        "bytecode_cache": InMemory(),
    }
