"""Domain values in, tables behind, domain values and matrices out; SQLite and PostgreSQL with the same statements."""
