"""Records in; what is stored of them, and who is due, out."""
