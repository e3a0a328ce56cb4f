"""Conditions: typed, three-valued, with the place where each was written."""
