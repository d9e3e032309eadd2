"""`python -m taxii_server` is `clearinghouse`."""

from taxii_server.cli import main

main(prog_name="clearinghouse")
