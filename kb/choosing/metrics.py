"""What can be counted of written answers, for Prometheus (https://prometheus.io)."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

ANSWERS = Counter(
    "guidebot_written_answers", "What came of answers that a model was to write.", ["outcome"]
)
STEPS = Counter("guidebot_written_steps", "Steps that a model wrote.", ["outcome"])
FAULTS = Counter("guidebot_written_faults", "What was wrong with steps.", ["fault"])
TOKENS = Counter("guidebot_model_tokens", "Tokens that the model read and wrote.", ["kind"])
COST = Counter("guidebot_model_cost", "What the model has cost, by the prices that are set.")
SECONDS = Histogram(
    "guidebot_model_seconds",
    "How long it took to write an answer, or to give it up.",
    buckets=(0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80),
)
