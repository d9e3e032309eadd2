"""Takedown records of the platforms as STIX 2.1.

map_file("facebook", "Q1_2024_CHINA_BASED_CIB_NETWORK.csv")     STIX objects, lazily
map_records(records)                                            the same from coalition records
records_of("facebook", paths)                                   coalition records
reference_objects()                                             all shared objects
"""

from stix_mappers.mapping import MEMBERS, NotBuiltError, map_file, map_files, map_records, records_of, samples_dir
from stix_mappers.objects import StixObject
from stix_mappers.record import Record, RecordError
from stix_mappers.reference import reference_objects
from stix_mappers.skips import Skip

__all__ = [
    "MEMBERS",
    "NotBuiltError",
    "Record",
    "RecordError",
    "Skip",
    "StixObject",
    "map_file",
    "map_files",
    "map_records",
    "records_of",
    "reference_objects",
    "samples_dir",
]
