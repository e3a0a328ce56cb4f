"""Two evaluations that must agree, and the resolve table."""
