"""A report as .docx: the few parts of WordprocessingML that a letter with tables needs, written here.

A template library would bring a second way of naming the same fields; every part below is in ECMA-376, part 1.
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from dieutra.reports.sheet import Sheet, Table, Value, shown

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WIDTH = 14570  # of the text on a landscape A4 page, in twentieths of a point
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
TYPES = f"""{XML}
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{MAIN}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{MAIN}.styles+xml"/>
</Types>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>
</Relationships>"""
STYLES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>
<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"/>
<w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="60"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>"""
PAGE = (
    '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1134" w:right="1134" '
    'w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
)
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="555555"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def word(sheet: Sheet) -> bytes:
    simulated = " (MÔ PHỎNG)" if sheet.simulated else ""
    body = [
        _pair(
            [_line(sheet.upper_body, "center"), _line(sheet.body, "center", bold=True)],
            [_line(sheet.place_and_day, "center", italic=True)],
        ),
        _line("", "center"),
        _line(sheet.title + simulated, "center", bold=True, size=28),
        _line(sheet.subtitle, "center"),
        _line(sheet.period, "center", italic=True),
    ]
    for table in sheet.tables:
        body += [_line(table.title, "left", bold=True, before=200), _table(table)]
        body.append(_line(table.note, "left", italic=True, size=20))
    if sheet.signatures:
        body += [
            _line("", "left"),
            _pair(*([_line(words, "center", bold=True)] for words in sheet.signatures)),
        ]
    content = "".join([*body, _line("", "left"), PAGE])
    document = f'{XML}<w:document xmlns:w="{W}"><w:body>{content}</w:body></w:document>'
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format(kind="officeDocument", target="word/document.xml"))
        archive.writestr("word/_rels/document.xml.rels", RELATIONS.format(kind="styles", target="styles.xml"))
        archive.writestr("word/styles.xml", STYLES)
        archive.writestr("word/document.xml", document)
    return sink.getvalue()


def _line(
    text: str, align: str, *, bold: bool = False, italic: bool = False, size: int = 24, before: int = 0
) -> str:
    marks = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "") + f'<w:sz w:val="{size}"/>'
    # XML has no place for control characters
    plain = escape("".join(letter for letter in text if letter >= " "))
    return (
        f'<w:p><w:pPr><w:spacing w:before="{before}" w:after="40"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:r><w:rPr>{marks}</w:rPr><w:t xml:space="preserve">{plain}</w:t></w:r></w:p>'
    )


def _pair(*cells: list[str]) -> str:
    """Things side by side without lines: the two heads of a letter, its signatures."""
    width = WIDTH // max(1, len(cells))
    grid = f'<w:gridCol w:w="{width}"/>' * len(cells)
    inner = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{"".join(lines)}</w:tc>'
        for lines in cells
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{inner}</w:tr></w:tbl>"
    )


def _table(table: Table) -> str:
    first = WIDTH // 5
    rest = (WIDTH - first) // max(1, len(table.columns) - 1)
    widths = [first] + [rest] * (len(table.columns) - 1)
    heads = [
        _cell(words, "center", width, True) for (words, _), width in zip(table.columns, widths, strict=True)
    ]
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(heads)}</w:tr>"]
    rows += [_row(values, table, widths, False) for values in table.rows]
    if table.total:
        rows.append(_row(table.total, table, widths, True))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _row(values: tuple[Value, ...], table: Table, widths: list[int], bold: bool) -> str:
    cells = [
        _cell(shown(value, sort), "left" if sort == "text" else "right", width, bold)
        for value, (_, sort), width in zip(values, table.columns, widths, strict=True)
    ]
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, align: str, width: int, bold: bool) -> str:
    inner = _line(text, align, bold=bold, size=20)
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{inner}</w:tc>'
