# The service as an image: two stages, no compiler, no pip and no shell secret in the second.
#
#   docker build --build-arg BASE=python:3.11-slim-bookworm@sha256:… -t beilin .
#   docker run --read-only -v beilin-data:/data beilin init --data /data --origin log.example.org/2027
#   docker run --read-only -v beilin-data:/data -p 8080:8080 beilin
#
# A tag can be moved by whoever holds the registry account, and with it goes the log's key. So
# whoever deploys gives the digest that they have checked; none is written here, because one
# that nobody renews means a base without its security updates.
# The signer's state belongs on a volume of its own, mounted at /data/signer. deploy/compose.yaml
# has that, and the rest of what the image does without.
#
# `make image-steps` runs every RUN line below on the machine at hand. For that, a RUN line
# names places by variable only, and needs no root.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV BUILD=/usr/local/build \
    PREFIX=/usr/local/beilin \
    DATA=/data \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /src

# The tools of the build stay in this stage.
COPY requirements/build.txt requirements/server.txt requirements/
RUN python3 -m venv "$BUILD" \
 && "$BUILD/bin/pip" install --quiet --require-hashes -r requirements/build.txt

# Locked dependencies before our own code: this layer changes only with the lock file, which
# is why the two RUN lines are not one.
# hadolint ignore=DL3059
RUN python3 -m venv --without-pip "$PREFIX" \
 && "$BUILD/bin/pip" --python "$PREFIX/bin/python" install --quiet --require-hashes -r requirements/server.txt

COPY pyproject.toml README.md ./
COPY verifier verifier
COPY ledger ledger
COPY app app
RUN "$BUILD/bin/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$BUILD/wheels" ./verifier . \
 && "$BUILD/bin/pip" --python "$PREFIX/bin/python" install --quiet --no-deps --no-index "$BUILD/wheels/"*.whl \
 && mkdir -p "$DATA/signer"

FROM ${BASE}
ENV PREFIX=/usr/local/beilin \
    PATH=/usr/local/beilin/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=build /usr/local/beilin /usr/local/beilin
# Both folders exist with their owner, so that a fresh volume takes both from it.
COPY --from=build --chown=10001:10001 --chmod=0700 /data /data

# A number and not a name: an orchestrator can check it, and no passwd entry is needed.
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/data/signer"]
EXPOSE 8080

# Nothing of ours in the check: it asks as a stranger would, and any answer but 2xx raises.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-I", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/livez', timeout=4)"]

# SIGTERM is what `serve` shuts down on; with an exec form nothing stands between.
ENTRYPOINT ["beilin"]
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0:8080"]
