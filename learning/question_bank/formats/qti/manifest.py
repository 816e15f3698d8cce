"""The manifest of a package: what QTI items have no place for stands in each resource's metadata.

Written: IEEE LOM (code, title, area, key words in the words of item files, difficulty), QTI
metadata, and in a namespace of our own the draft itself. Read: the same, and the key words of
others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats import kept_draft
from learning.question_bank.formats.gathering import Notes
from learning.question_bank.formats.tags import from_tags, to_tags
from learning.question_bank.formats.wording import number

OWN_NAMESPACE = "urn:quality-academy:item:1"
TOOL = "Quality Academy"
_DIFFICULTIES = ("very easy", "easy", "medium", "difficult", "very difficult")
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class Version:
    """What differs between the packages of two versions: names, namespaces, schemas."""

    number: str
    item_namespace: str
    item_schema: str
    resource: str
    manifest_namespace: str
    manifest_schema: str
    metadata_namespace: str
    metadata_schema: str
    schema_name: str
    template: str


VERSION_2 = Version(
    "2.1",
    "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    "imsqti_item_xmlv2p1",
    "http://www.imsglobal.org/xsd/imscp_v1p1",
    "http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
    "http://www.imsglobal.org/xsd/imsqti_metadata_v2p1",
    "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_metadata_v2p1p1.xsd",
    "QTIv2.1 Package",
    "http://www.imsglobal.org/question/qti_v2p1/rptemplates/",
)
VERSION_3 = Version(
    "3.0",
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0p1_v1p0.xsd",
    "imsqti_item_xmlv3p0",
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd",
    "http://www.imsglobal.org/xsd/imsqti_metadata_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_metadatav3p0_v1p0.xsd",
    "QTI Package",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
)
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_LOM_SCHEMA = "https://purl.imsglobal.org/spec/md/v1p3/schema/xsd/imsmd_loose_v1p3p2.xsd"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a manifest says of one item; `own` is our own draft as it stands there."""

    own: str = ""
    is_own: bool = False
    area: str = ""
    keywords: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Resource:
    """An item's file in a package, and the names of the pictures it shows."""

    path: str
    draft: ItemDraft
    pictures: Sequence[str]


def read_metadata(resource: Element | None) -> Metadata:
    """Read what a resource of a manifest says of its item; nothing is no metadata."""
    metadata = resource.find("metadata") if resource is not None else None
    if metadata is None:
        return Metadata()
    return Metadata(
        own=metadata.findtext("draft") or "",
        is_own=(metadata.findtext(".//toolName") or "") == TOOL,
        area=_said(metadata.find(".//classification/taxonPath/taxon/entry")),
        keywords=tuple(filter(None, (_said(each) for each in metadata.iter("keyword")))),
    )


def described(draft: ItemDraft, metadata: Metadata, notes: Notes) -> ItemDraft:
    """Put into a draft what its manifest says of it."""
    return from_tags(replace(draft, area=metadata.area[:120]), metadata.keywords, notes)


def manifest_element(
    resources: Sequence[Resource], pictures: Sequence[str], title: str, version: Version
) -> Element:
    """Return the manifest of a package."""
    root = Element(
        "manifest",
        {
            "xmlns": version.manifest_namespace,
            "xmlns:imsmd": _LOM,
            "xmlns:imsqti": version.metadata_namespace,
            "xmlns:qa": OWN_NAMESPACE,
            "xmlns:xsi": _SCHEMA,
            "xsi:schemaLocation": (
                f"{version.manifest_namespace} {version.manifest_schema} {_LOM} {_LOM_SCHEMA} "
                f"{version.metadata_namespace} {version.metadata_schema}"
            ),
            "identifier": "MANIFEST",
        },
    )
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = version.schema_name
    SubElement(metadata, "schemaversion").text = f"{version.number}.0"
    general = SubElement(SubElement(metadata, "imsmd:lom"), "imsmd:general")
    _string(SubElement(general, "imsmd:title"), title)
    SubElement(root, "organizations")
    listed = SubElement(root, "resources")
    names = {name: f"PICTURE-{place}" for place, name in enumerate(pictures, 1)}
    for place, resource in enumerate(resources, 1):
        _item_resource(listed, f"ITEM-{place}", resource, names, version)
    for name, identifier in names.items():
        element = SubElement(
            listed,
            "resource",
            identifier=identifier,
            type="webcontent",
            href=f"pictures/{name}",
        )
        SubElement(element, "file", href=f"pictures/{name}")
    return root


def _item_resource(
    listed: Element, identifier: str, item: Resource, names: dict[str, str], version: Version
) -> None:
    resource = SubElement(
        listed, "resource", identifier=identifier, type=version.resource, href=item.path
    )
    metadata = SubElement(resource, "metadata")
    _lom(SubElement(metadata, "imsmd:lom"), item.draft)
    qti = SubElement(metadata, "imsqti:qtiMetadata")
    SubElement(qti, "imsqti:toolName").text = TOOL
    SubElement(metadata, "qa:draft").text = kept_draft.write(item.draft)
    SubElement(resource, "file", href=item.path)
    for name in item.pictures:
        if name in names:
            SubElement(resource, "dependency", identifierref=names[name])


def _lom(lom: Element, draft: ItemDraft) -> None:
    general = SubElement(lom, "imsmd:general")
    identifier = SubElement(general, "imsmd:identifier")
    SubElement(identifier, "imsmd:entry").text = draft.code
    for tag in to_tags(draft):
        _string(SubElement(general, "imsmd:keyword"), tag)
    value = number(draft.difficulty) or Decimal(0)
    educational = SubElement(lom, "imsmd:educational")
    difficulty = SubElement(educational, "imsmd:difficulty")
    SubElement(difficulty, "imsmd:source").text = "LOMv1.0"
    SubElement(difficulty, "imsmd:value").text = _DIFFICULTIES[min(4, int(value * 5))]
    classification = SubElement(lom, "imsmd:classification")
    purpose = SubElement(classification, "imsmd:purpose")
    SubElement(purpose, "imsmd:source").text = "LOMv1.0"
    SubElement(purpose, "imsmd:value").text = "discipline"
    path = SubElement(classification, "imsmd:taxonPath")
    _string(SubElement(path, "imsmd:source"), TOOL)
    _string(SubElement(SubElement(path, "imsmd:taxon"), "imsmd:entry"), draft.area)


def _string(parent: Element, text: str) -> None:
    SubElement(parent, "imsmd:string", {"xml:lang": "zh"}).text = text


def _said(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())
