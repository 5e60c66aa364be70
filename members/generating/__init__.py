"""A county of invented people, of any size and the same for the same seed: for trying out and for measuring."""

from members.generating.county import County, generate_county, generate_offices

__all__ = ["County", "generate_county", "generate_offices"]
