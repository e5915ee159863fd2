"""The Excel workbook of a unit: made from the form and its draft, filled in off line, read back into the same draft."""
