"""The guideline's files, read and checked."""
