"""Prometheus metrics of the language model (https://prometheus.io)."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

CALLS = Counter(
    "guidebot_model_calls", "Tasks for the language model, by outcome.", ["task", "outcome"]
)
REDUCED = Counter(
    "guidebot_model_reduced", "Translations rejected, with the step left untranslated.", ["why"]
)
TOKENS = Counter("guidebot_model_tokens", "Tokens read and written by the model.", ["kind"])
COST = Counter("guidebot_model_cost", "Cost of the model, at the prices in the settings.")
SECONDS = Histogram(
    "guidebot_model_seconds",
    "Seconds until a task was done or given up.",
    ["task"],
    buckets=(0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80),
)
