"""Templates, routes, texts and files that depend on the source alone: once a test process.

An application of a test of its own costs a quarter of what it would without them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

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
    """Let all applications of this process share what was compiled, read and listed."""
    TransactionalFlask.jinja_options = {
        **TransactionalFlask.jinja_options,
        "bytecode_cache": InMemory(),
    }
    _build_rules_once()
    _read_texts_once()
    _list_files_once()


def _build_rules_once() -> None:
    """Keep what an address is compiled to; an equal rule of a map alike shares it.

    Converters are kept with it: they know the map of the first, of which they read only what is in
    the key.
    """
    compile_rule, held = Rule.compile, dict[tuple[object, ...], tuple[Any, ...]]()

    def compile_or_find(rule: Rule) -> None:
        known = rule.map
        key = (
            *(rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes),
            *(known.host_matching, known.sort_parameters, known.sort_key),
            tuple(known.converters.items()),
        )
        if key not in held:
            compile_rule(rule)
            builders = (rule._build.__func__, rule._build_unknown.__func__)
            held[key] = (rule._parts, rule._trace, rule._converters, rule.arguments, *builders)
            return
        rule._parts, rule._trace, rule._converters, arguments, build, unknown = held[key]
        rule.arguments = set(arguments)
        rule._build = build.__get__(rule, None)
        rule._build_unknown = unknown.__get__(rule, None)

    Rule.compile = compile_or_find


def _read_texts_once() -> None:
    """Keep catalogues by their file and its time: callers only copy from them."""
    load, held = Translations.load, dict[tuple[object, ...], NullTranslations]()

    def load_or_find(folder: str, locales: list[Any], domain: str) -> NullTranslations:
        files = [Path(folder, str(each), "LC_MESSAGES", f"{domain}.mo") for each in locales]
        times = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
        key = (folder, domain, *map(str, locales), times)
        if key not in held:
            held[key] = load(folder, locales, domain)
        return held[key]

    Translations.load = load_or_find


def _list_files_once() -> None:
    """Keep the list of static files and their headers: no test adds one to the product's."""
    list_files, held = WhiteNoise.update_files_dictionary, dict[tuple[object, ...], dict]()

    def list_or_find(server: WhiteNoise, root: str, prefix: str) -> None:
        key = (root, prefix, server.max_age, server.autorefresh)
        if key not in held:
            list_files(server, root, prefix)
            held[key] = dict(server.files)
        server.files.update(held[key])

    WhiteNoise.update_files_dictionary = list_or_find
