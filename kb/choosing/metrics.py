"""What can be counted of a language model's work, for Prometheus (https://prometheus.io)."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

CALLS = Counter(
    "guidebot_model_calls", "What came of what a model was asked for.", ["task", "outcome"]
)
REDUCED = Counter("guidebot_model_reduced", "Translated steps left in the guide's words.", ["why"])
TOKENS = Counter("guidebot_model_tokens", "Tokens that the model read and wrote.", ["kind"])
COST = Counter("guidebot_model_cost", "What the model has cost, by the prices that are set.")
SECONDS = Histogram(
    "guidebot_model_seconds",
    "How long the model took for a task, or until it was given up.",
    ["task"],
    buckets=(0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80),
)
