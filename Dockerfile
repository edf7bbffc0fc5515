# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/streamresize
WORKDIR /source
COPY . .
RUN /opt/streamresize/bin/pip install --no-cache-dir \
    '.[server,catalog,postgresql,fsspec,otel]'

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libturbojpeg0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home streamresize \
    && install --directory --owner=streamresize /var/cache/streamresize
COPY --from=build /opt/streamresize /opt/streamresize
ENV PATH=/opt/streamresize/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMRESIZE_HOST=0.0.0.0 \
    STREAMRESIZE_CACHE_FOLDER=/var/cache/streamresize
USER 10001
VOLUME /var/cache/streamresize
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["streamresize", "health"]
ENTRYPOINT ["streamresize"]
CMD ["serve"]
