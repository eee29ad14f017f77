"""Conditions: the forms of the files, the tree that they become, and the tree's four readings."""
