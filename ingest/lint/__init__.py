"""Checks guides like a first reviewer: what is broken, missing or contradictory."""
