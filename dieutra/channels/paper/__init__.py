"""The paper channel: the form as a PDF to print and sign, and the receipt."""
