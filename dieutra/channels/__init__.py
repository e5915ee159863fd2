"""The ways in for answers: web, workbook, OpenRosa. Each ends in the same actions of `dieutra.cases`."""
