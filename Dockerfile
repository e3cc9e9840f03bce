# The image: xuncha as an ordinary user, settings in /config, everything it knows in /data. docs/operating.md, 用 Docker 运行.
#
#   docker build -t xuncha .
#
# Any base with Python 3.11 or newer, its venv module and CA certificates will do, an office's own for instance.
ARG BASE=python:3.12.14-slim-bookworm@sha256:782412e85d0f0984994c290652577d4018aff08145c85b262bb63dc0c7522254

# --- build: everything into one virtual environment, which is all that the image takes from here --------------------
FROM ${BASE} AS build

# A mirror for pip; pip's own configuration, which may hold a password, comes as the secret `pip` and stays nowhere.
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /src
RUN python3 -m venv /opt/xuncha
COPY requirements.lock ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/xuncha/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY collectors collectors
COPY alerts alerts
COPY monitor monitor
COPY config/calendar.yaml config/rules.yaml config/xuncha.yaml config/
# What installs is not needed to run.
RUN /opt/xuncha/bin/pip install --no-deps --no-index --no-build-isolation . \
    && /opt/xuncha/bin/pip uninstall --yes hatchling packaging pathspec pluggy tomlkit trove-classifiers pip

# --- the image ------------------------------------------------------------------------------------------------------
FROM ${BASE}

LABEL org.opencontainers.image.title="Xuncha 巡查" \
      org.opencontainers.image.description="Watches a government's new-media accounts, and tells the people responsible before a rule is broken." \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="Apache-2.0"

# A number, so that whoever runs the image can see that it is not root. A folder mounted at /data must belong to it.
RUN groupadd --gid 10001 xuncha \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin xuncha \
    && install -d -o 10001 -g 10001 -m 0700 /data

COPY --from=build /opt/xuncha /opt/xuncha
COPY --from=build /src/config /config

ENV PATH=/opt/xuncha/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    XUNCHA_CONFIG=/config \
    XUNCHA_DB=sqlite:////data/xuncha.db \
    XUNCHA_BIND=0.0.0.0:8080

WORKDIR /data
VOLUME ["/config", "/data"]
EXPOSE 8080
USER 10001:10001

# Whether it is well, as far as the service itself knows: it asks /readyz at the address of web.bind.
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 CMD ["xuncha", "health"]

# SIGTERM: what is under way has 15 seconds, so give it more than Docker's ten (`docker stop -t 40`).
ENTRYPOINT ["xuncha"]
CMD ["run"]
