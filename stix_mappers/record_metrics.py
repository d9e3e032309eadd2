"""Published totals: the parts of a record that belong to no network (platform-records.md, sections 3.3 and 9)."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class Metric(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One figure of a publication: the stages and categories are named as the source names them."""

    category: str
    value: Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)]
    stage: str | None = None
    unit: str | None = None
    approx: bool = False
    qualifier: Literal["about", "less than", "more than"] | None = None
