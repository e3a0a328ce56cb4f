"""The commands of the command line: one module each, with ``run(arguments)`` that gives an ``Answer``."""
