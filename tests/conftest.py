"""Settings of all tests."""

from hypothesis import settings

#: For ``make slow``: ten times the examples of each law.
settings.register_profile("thorough", max_examples=10 * settings.get_profile("default").max_examples)
