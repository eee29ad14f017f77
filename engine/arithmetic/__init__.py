"""Arithmetic over series, points and stays: values in, values out."""
