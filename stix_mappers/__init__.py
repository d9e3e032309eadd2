"""Takedown records to STIX 2.1."""
