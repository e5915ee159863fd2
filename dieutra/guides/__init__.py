"""The user guides inside the product: Markdown files per audience, found by screen and by words. No database."""
