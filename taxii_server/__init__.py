"""A TAXII 2.1 clearinghouse: checks, stores, releases by marking and publishes STIX objects."""

__version__ = "0.1.0"
