"""Measures Guidebot beside the LangChain quickstart: both sides in one run, in turns."""
