"""Scenarios, strategies and laws for those who test a guideline."""
