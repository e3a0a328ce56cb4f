"""Forms in which other systems ask and are answered."""
