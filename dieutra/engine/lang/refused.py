"""Functions that the ODK XForms specification, JavaRosa or XPath 1.0 know and a form here may not use, and why."""

_CORE = "hàm của XPath 1.0 mà ODK Collect không có"
_COLLECT = "chỉ ODK Collect trên máy mới biết"
REFUSED: dict[str, str] = {
    "substring": f"{_CORE}; hãy dùng substr(), vị trí đầu tính từ 0",
    "floor": f"{_CORE}; hãy dùng int() hoặc round()",
    "ceiling": f"{_CORE}; hãy dùng int() hoặc round()",
    "last": f"{_CORE}; hãy dùng count() của phần lặp lại",
    "name": f"{_CORE}; hãy viết thẳng tên câu hỏi",
    "local-name": f"{_CORE}; hãy viết thẳng tên câu hỏi",
    "namespace-uri": _CORE,
    "lang": _CORE,
    "id": _CORE,
    "jr:itext": "hãy viết thẳng câu chữ hoặc dùng nhãn của lựa chọn",
    "version": "hãy viết thẳng số phiên bản của phiếu vào biểu thức",
    "property": f"{_COLLECT}; hãy dùng dòng username, deviceid, email hoặc phonenumber trong trang survey",
    "extract-signed": f"{_COLLECT} kiểm tra chữ ký; hãy đọc cả đoạn mã vào một câu hỏi kiểu text",
    "intersects": "ODK Collect của bản này chưa có; hãy dùng geofence()",
    "depend": "tên cũ của JavaRosa; hãy viết thẳng giá trị thứ nhất",
    "is-selected": "tên cũ; hãy dùng selected()",
    "enclosed-area": "tên cũ; hãy dùng area()",
    "comment-status": "chỉ Enketo mới có",
    "thousands-sep": "hãy dùng cách trình bày thousands-sep trong cột appearance",
}
