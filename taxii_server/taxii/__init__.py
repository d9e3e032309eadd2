"""The TAXII 2.1 endpoints, one module a resource."""
