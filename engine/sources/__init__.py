"""Files in; checked, typed batches of records, and every row that can't be taken with its reason, out."""
