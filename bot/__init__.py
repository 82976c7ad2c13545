"""Carries questions and answers to and from Slack."""
