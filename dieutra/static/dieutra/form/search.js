// Vietnamese words without tone marks, so that "ha noi" finds "Hà Nội"; as dieutra/engine/text.py: search_key.

export function searchKey(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim();
}
