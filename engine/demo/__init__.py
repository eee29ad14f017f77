"""A seed in, a sample company's files for `pulsebook import` out."""
