"""Reads guides as their first critic: what is broken, missing, or says two different things."""
