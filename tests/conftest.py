"""Settings of all tests."""

from hypothesis import Phase, settings

#: For ``make slow``: ten times the examples of each law.
settings.register_profile("thorough", max_examples=10 * settings.get_profile("default").max_examples)
#: For ``make mutants``: that a test fails is enough there, the smallest example is not looked for.
settings.register_profile(
    "mutants", max_examples=25, phases=[Phase.explicit, Phase.generate], deadline=None, derandomize=True, database=None
)
