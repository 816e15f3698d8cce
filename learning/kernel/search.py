"""Full-text search of Chinese without a dictionary: runs of characters are kept as their pairs.

A word of two characters is the commonest thing people look for, and neither database finds it by
itself: SQLite's trigrams need three, PostgreSQL's parser takes a sentence for one word. So a text
becomes terms: each pair of neighbours of a Chinese run and its last character alone (so that one
character finds all), and each Latin word or number. Terms are plain ASCII (code points as five
hexadecimal digits), so that no tokenizer and no locale of a database can lose a rare character.

It must not know what is searched; it makes terms and queries, tables belong to the domains.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import DDL, Table, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR

MAX_QUERY_TERMS = 40
MAX_WORD = 60
TermsText = Text().with_variant(TSVECTOR(), "postgresql")
"""The type of a column of terms: plain words are a tsvector's own notation, so both take the same
text. As an expression over a text PostgreSQL would work the vector out again for each row it looks
at, 20 µs each."""
# Scripts written without spaces: Han with its extensions, kana, Hangul.
_UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3130-\u318f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U0001b000-\U0001b2ff\U00020000-\U0003ffff"
)
_HEAD = "t"  # no other term begins so: they begin with h, w or x
_RUN = re.compile(rf"(?P<run>[{_UNSPACED}]+)|(?P<word>[^\W_{_UNSPACED}]+)")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a query; with `is_prefix` any term that begins so is meant."""

    text: str
    is_prefix: bool = False


def terms_of(text: str) -> str:
    """Return the terms of a text, each once, separated by spaces, in order of appearance."""
    found: dict[str, None] = {}
    for run, word in _pieces(text):
        if word:
            found[_word_term(word)] = None
            continue
        for at in range(len(run)):
            found[_run_term(run[at : at + 2])] = None
    return " ".join(found)


def query_terms(text: str) -> list[Term]:
    """Return the terms that a text must all hold to be found; [] for a query that says nothing.

    The last word may be unfinished. At most 40 terms: what follows is not looked at.
    """
    terms: list[Term] = []
    for run, word in _pieces(text):
        if word:
            terms.append(Term(_word_term(word), is_prefix=True))
        elif len(run) == 1:
            terms.append(Term(_run_term(run), is_prefix=True))
        else:
            terms += [Term(_run_term(run[at : at + 2])) for at in range(len(run) - 1)]
    return list(dict.fromkeys(terms))[:MAX_QUERY_TERMS]


def headed(terms: str) -> str:
    """Return the terms of a heading, marked as such, to stand beside those of the whole text."""
    return " ".join(f"{_HEAD}{term}" for term in terms.split())


def in_heading(terms: list[Term]) -> list[Term]:
    """Return the terms that find a text by its heading (`headed`) alone."""
    return [Term(_HEAD + term.text, is_prefix=term.is_prefix) for term in terms]


def fts5_query(terms: list[Term]) -> str:
    """Write terms as a query of SQLite's FTS5: all of them."""
    return " AND ".join(f'"{term.text}"{"*" if term.is_prefix else ""}' for term in terms)


def ts_query(terms: list[Term]) -> str:
    """Write terms as the text of a PostgreSQL tsquery: all of them."""
    return " & ".join(f"'{term.text}'{':*' if term.is_prefix else ''}" for term in terms)


def index_statements(table: str, key: str) -> dict[str, str]:
    """Return by dialect the statement that makes the index over `<table>.terms`.

    SQLite's is a table `<table>_index` that keeps no text of its own; whoever changes the table
    tells it (`fts5_forget`, `fts5_learn`), since nothing here is borne by triggers.
    """
    return {
        "sqlite": (
            f"CREATE VIRTUAL TABLE {table}_index USING fts5("
            f"terms, content='{table}', content_rowid='{key}', tokenize='ascii', prefix='6')"
        ),
        "postgresql": f"CREATE INDEX ix_{table}_terms ON {table} USING gin (terms)",
    }


def fts5_learn(table: str) -> str:
    """Return the statement that puts rows (:id, :terms) into the index."""
    return f"INSERT INTO {table}_index (rowid, terms) VALUES (:id, :terms)"


def fts5_forget(table: str) -> str:
    """Return the statement that takes rows (:id, :terms as they were learnt) out of the index."""
    return f"INSERT INTO {table}_index ({table}_index, rowid, terms) VALUES ('delete', :id, :terms)"


def index_terms(table: Table, key: str) -> None:
    """Make the index whenever the metadata make the table."""
    for dialect, statement in index_statements(table.name, key).items():
        ddl = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    for found in _RUN.finditer(folded):
        yield found["run"] or "", (found["word"] or "")[:MAX_WORD]


@lru_cache(maxsize=1 << 16)  # a language has some ten thousand common pairs
def _run_term(pair: str) -> str:
    return "h" + "".join(f"{ord(character):05x}" for character in pair)


def _word_term(word: str) -> str:
    if word.isascii():
        return f"w{word}"
    return "x" + "".join(f"{ord(character):05x}" for character in word)
