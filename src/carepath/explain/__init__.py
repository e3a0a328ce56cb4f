"""Why, why not, what is missing, what would change it."""
