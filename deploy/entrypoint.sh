#!/bin/sh
# The image's entrypoint: `serve` starts only if no check of `guidebot doctor` fails.
set -eu

# The model is the image's, so that a new image brings its own; the volume keeps the rest.
mkdir -p "$GUIDEBOT_HOME/models"
for model in /opt/guidebot/models/*/; do
  [ -d "$model" ] || continue
  link="$GUIDEBOT_HOME/models/$(basename "$model")"
  [ -d "$link" ] || ln -sfn "${model%/}" "$link"
done

if [ "${1:-serve}" = serve ]; then
  if [ -n "${SNAPSHOTS_URL:-}" ]; then
    # Without the store, the bot answers from what it has; the doctor says if that is nothing.
    guidebot pull || true
  fi
  guidebot doctor
fi
exec guidebot "$@"
