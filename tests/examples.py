"""How many examples of a property are tried in an ordinary run, where the test does not name its own number."""

ORDINARY = 50
