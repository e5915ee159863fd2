"""Published questionnaires: a workbook compiled once, kept with its version."""
