"""What people ask but do not find, for the docs team.

Nothing here takes part in answering.
"""
