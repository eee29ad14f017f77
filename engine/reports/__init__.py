"""The present of all accounts in, as columns; what a lead asks of them, as plain documents, out."""
