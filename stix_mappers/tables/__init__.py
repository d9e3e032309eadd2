"""The tables of the mappers: JSON files beside this module, facts only, each read once and checked as it is read."""

from importlib.resources import files
from typing import TypeVar

import msgspec

T = TypeVar("T")


def table(name: str, shape: type[T]) -> T:
    """The table `name`, checked against its shape."""
    return msgspec.json.decode(files(__package__).joinpath(f"{name}.json").read_bytes(), type=shape)
