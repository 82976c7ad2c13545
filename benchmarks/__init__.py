"""Guidebot compared with the LangChain quickstart, both sides alternating in one run."""
