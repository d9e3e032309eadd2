"""What standard TAXII clients meet when they use the server: real ones, and re-enactments of others."""
