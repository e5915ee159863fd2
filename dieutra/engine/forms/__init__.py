"""Questionnaires: the form model, the workbook it is read from, and the evaluation of answers."""
