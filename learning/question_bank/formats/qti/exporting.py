"""The ways out: packages of QTI 2.1 and 3.0, a file an item, pictures beside them."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from learning.question_bank.drafts import ItemDraft, draft_of
from learning.question_bank.formats.contract import Asset, Carried, SourceProblem
from learning.question_bank.formats.packing import zipped
from learning.question_bank.formats.qti.manifest import (
    VERSION_2,
    VERSION_3,
    Resource,
    Version,
    manifest_element,
)
from learning.question_bank.formats.qti.names import as_version3
from learning.question_bank.formats.qti.writing import item_element, why_not
from learning.question_bank.formats.xml_out import as_exported, missing_pictures, shown_pictures
from learning.question_bank.rules import Item

_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


class _QtiExporter:
    """What both versions share."""

    NAME = ""
    SUFFIX = ".zip"
    MEDIA_TYPE = "application/zip"
    VERSION: Version

    def why_not(self, item: Item) -> str:
        """Name what QTI has no interaction for."""
        return why_not(item)

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write one package; items that cannot be carried and missing pictures are named."""
        pictures = {asset.name: asset.content for asset in assets}
        left_out: list[SourceProblem] = []
        files: dict[str, bytes] = {}
        resources: list[Resource] = []
        used: dict[str, None] = {}
        for item in items:
            reason = self.why_not(item)
            if reason:
                left_out.append(SourceProblem(item.document.code, "not_representable", reason))
                continue
            left_out += missing_pictures(item, pictures)
            draft = as_exported(draft_of(item))
            shown = sorted(shown_pictures(draft) & pictures.keys())
            used |= dict.fromkeys(shown)
            path = f"items/{len(resources) + 1:05d}.xml"
            files[path] = self._item_file(item, draft)
            resources.append(Resource(path, draft, shown))
        files |= {f"pictures/{name}": pictures[name] for name in used}
        manifest = manifest_element(resources, list(used), title, self.VERSION)
        return Carried(zipped({"imsmanifest.xml": _bytes(manifest), **files}), tuple(left_out))

    def _item_file(self, item: Item, draft: ItemDraft) -> bytes:
        version = self.VERSION
        root = item_element(item, draft, version.template)
        if version is VERSION_3:
            root = as_version3(root)
            _finish_version3(root)
        namespace, schema = version.item_namespace, version.item_schema
        root.set("xmlns", namespace)
        root.set("xmlns:xsi", _SCHEMA)
        root.set("xsi:schemaLocation", f"{namespace} {schema}")
        for math in root.iter("math"):
            math.set("xmlns", "http://www.w3.org/1998/Math/MathML")
        return _bytes(root)


class Qti2Exporter(_QtiExporter):
    """The way out to QTI 2.1, which Canvas, Moodle's plug-ins, TAO and others read."""

    NAME = "qti-2.1"
    VERSION = VERSION_2


class Qti3Exporter(_QtiExporter):
    """The way out to QTI 3.0."""

    NAME = "qti-3.0"
    VERSION = VERSION_3


def _finish_version3(root: Element) -> None:
    """Put what is shown to people into the content bodies that version 3 asks for."""
    names = {"qti-modal-feedback", "qti-feedback-block", "qti-rubric-block"}
    for parent in [element for element in root.iter() if element.tag in names]:
        body = Element("qti-content-body")
        body.extend(list(parent))
        for child in list(parent):
            parent.remove(child)
        parent.append(body)
        if parent.tag == "qti-rubric-block":
            parent.set("use", "scoring")


def _bytes(root: Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
