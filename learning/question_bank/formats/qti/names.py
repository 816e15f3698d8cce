"""One vocabulary for QTI 2 and 3: version 2's camel case without namespaces.

Version 3 says `qti-choice-interaction response-identifier=…` where version 2 says
`choiceInteraction responseIdentifier=…`; the rest is the same. Namespaces are taken off whatever
they are, for real files often have the wrong one.
"""

import re
from xml.etree.ElementTree import Element

_KEBAB = re.compile(r"-([a-z0-9])")
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_OWN_ATTRIBUTES = ("data-", "aria-")
# Elements of QTI in lower case, which HTML or MathML of an item could be mistaken for.
_WORDS = frozenset("prompt value match variable correct equal gt sum gap hottext mapping".split())


def normalised(root: Element) -> Element:
    """Bring a tree into the common vocabulary, in place; return it."""
    for element in root.iter():
        element.tag = plain_name(element.tag.rpartition("}")[2])
        attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update(
            {
                name if name.startswith(_OWN_ATTRIBUTES) else _camel(name): value
                for name, value in attributes.items()
            }
        )
    return root


def plain_name(name: str) -> str:
    """Return the common name of an element: qti-simple-choice is simpleChoice."""
    return _camel(name[4:]) if name.startswith("qti-") else name


def as_version3(root: Element) -> Element:
    """Bring a tree of ours from version 2's names to those of version 3, in place; return it.

    HTML and MathML keep their names; version 2's names have no namespace yet.
    """
    for element in root.iter():
        if element.tag in _WORDS or _CAMEL.search(element.tag):
            element.tag = f"qti-{_kebab(element.tag)}"
            attributes = {_kebab(name): value for name, value in element.attrib.items()}
            element.attrib.clear()
            element.attrib.update(attributes)
    return root


def _camel(name: str) -> str:
    return _KEBAB.sub(lambda found: found[1].upper(), name)


def _kebab(name: str) -> str:
    return name if ":" in name or "}" in name else _CAMEL.sub(r"-\1", name).lower()
