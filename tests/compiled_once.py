"""Templates and routes compiled once a test process instead of once an application.

Both depend on the source alone; an application of a test of its own costs a tenth without them.
"""

from collections.abc import Callable

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from learning.web.transaction import TransactionalFlask

Builder = Callable[..., tuple[str, str]]


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
    _build_rules_once()


def _build_rules_once() -> None:
    """Keep the functions that build addresses: they are given the rule, so equal rules share."""
    compile_builder, held = Rule._compile_builder, {}

    def compile_or_find(rule: Rule, append_unknown: bool = True) -> Builder:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if key not in held:
            held[key] = compile_builder(rule, append_unknown)
        return held[key]

    Rule._compile_builder = compile_or_find
