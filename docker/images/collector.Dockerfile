# The collector: OTLP on 4317 (gRPC) and 4318 (HTTP), queries and stream on 4318, data in /data.
#
#   docker build -f docker/images/collector.Dockerfile -t faultline/collector:<version> .
#   docker run faultline/collector:<version> --allow-host collector
#
# The command adds to the flags here. Folders are those of the repository, below /app.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS sources
WORKDIR /sources
COPY . .
RUN chmod -R a+rX,go-w . && node docker/images/manifests.mjs /manifests

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=sources /manifests ./
# Optional packages are kept: DuckDB for this platform is one.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund -w @faultline/collector
COPY --from=sources /sources/docker/images/prune.sh /usr/local/bin/
RUN prune.sh node_modules && rm -r package-lock.json .npmrc console docker scenarios tests

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/.compiled \
    MALLOC_ARENA_MAX=2 \
    PORT=4318
COPY --from=sources /sources/docker/images/healthcheck.sh /sources/docker/images/warm.sh /usr/local/bin/
COPY --from=dependencies /app ./
COPY --from=sources /sources/lab-services/chassis ./lab-services/chassis
COPY --from=sources /sources/collector ./collector
RUN install --directory --owner=node .compiled /data
USER node
RUN warm.sh collector/src/main.ts
EXPOSE 4317 4318
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["healthcheck.sh", "/api/health"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "--max-old-space-size=256", "collector/src/main.ts", "--host", "0.0.0.0", "--data-dir", "/data"]
CMD []

ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Faultline collector" \
      org.opencontainers.image.description="Receives, derives, stores and answers: OTLP in, queries and a live stream out" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
