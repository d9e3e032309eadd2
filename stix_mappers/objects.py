"""What a STIX object is in this library: a plain dictionary, ready to be written as JSON."""

from typing import Any, Final

StixObject = dict[str, Any]

SHARED_DATE: Final = "2020-08-12T00:00:00.000Z"
"""`created` and `modified` of every shared object (rules.md, section 4): the day the coalition began."""

SPEC: Final = "2.1"
