"""A patient's dated facts, and what is known on a date."""
