"""Pulsebook: facts in, decisions and deliveries out, each with its reason."""
