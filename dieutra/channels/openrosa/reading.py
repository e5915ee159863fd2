"""What of a submission is read before its form is known: who it says it is, and which unit it is about.

XML from outside is parsed without document types, entities or network; what is refused is refused whole, with words.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from dieutra.engine.refusals import Invalid

MOST_TAGS = 500_000
ID_LENGTH = 255
BROKEN = (
    "Không đọc được bản gửi: tệp XML hỏng, bị cắt giữa chừng hoặc sai bảng mã. Hãy gửi lại khi mạng ổn định."
)
TYPED = "Bản gửi có khai báo DOCTYPE nên bị từ chối vì lý do an toàn. ODK Collect không tạo ra nó."


@dataclass(frozen=True)
class Head:
    """The outside of a submission."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str


def head_of(xml: bytes) -> Head:
    """Raises Invalid, in words for the collector, when the XML is broken, hostile or lacks its instanceID."""
    root = parse(xml)
    head = Head(
        (root.get("id") or "").strip(),
        (root.get("version") or "").strip(),
        _meta(root, "instanceID"),
        _meta(root, "deprecatedID"),
    )
    if not head.form_id:
        raise Invalid("Bản gửi không ghi mã phiếu. Hãy cập nhật ODK Collect rồi gửi lại.")
    if not head.instance_id:
        raise Invalid("Bản gửi không có mã lần nhập (instanceID). Hãy cập nhật ODK Collect rồi gửi lại.")
    if max(len(head.instance_id), len(head.deprecated_id)) > ID_LENGTH:
        raise Invalid("Mã lần nhập (instanceID) dài quá mức. Bản gửi này không do ODK Collect tạo ra.")
    return head


def parse(xml: bytes) -> etree._Element:
    if xml.count(b"<") > MOST_TAGS:
        raise Invalid("Bản gửi có quá nhiều phần tử, không giống một phiếu. Chưa nhận gì.")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise Invalid(TYPED if b"<!DOCTYPE" in xml else BROKEN) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Invalid(TYPED)
    return root


def _meta(root: etree._Element, name: str) -> str:
    for node in root.iter(f"{{*}}{name}"):
        parent = node.getparent()
        if parent is not None and etree.QName(parent).localname == "meta" and parent.getparent() is root:
            return (node.text or "").strip()
    return ""


def text_at(xml: bytes, path: str) -> str:
    """The text at a path such as `/data/dieutra/don_vi`, whatever the namespaces; blank when there is none."""
    node: etree._Element | None = parse(xml)
    for name in path.strip("/").split("/")[1:]:
        node = node.find(f"{{*}}{name}") if node is not None else None
    return (node.text or "").strip() if node is not None else ""
