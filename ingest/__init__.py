"""Turns guides from files, the web and git into a published snapshot."""
