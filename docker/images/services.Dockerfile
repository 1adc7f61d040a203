# One image for every service and for the janitor: the command says which.
#
#   docker build -f docker/images/services.Dockerfile -t faultline/services:<version> .
#   docker run faultline/services:<version> node lab-services/orders/src/main.ts
#
# Folders are those of the repository, below /app.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS sources
WORKDIR /sources
COPY . .
RUN chmod -R a+rX,go-w . && node docker/images/manifests.mjs /manifests

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=sources /manifests ./
# Optional packages are native speed-ups, and the embedded PostgreSQL.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund -w lab-services -w docker/fleet
COPY --from=sources /sources/docker/images/prune.sh /usr/local/bin/
RUN prune.sh node_modules && rm -r package-lock.json .npmrc collector console scenarios tests

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/.compiled \
    MALLOC_ARENA_MAX=2 \
    HOST=0.0.0.0 \
    PORT=8080
COPY --from=sources /sources/docker/images/healthcheck.sh /sources/docker/images/warm.sh /usr/local/bin/
COPY --from=dependencies /app ./
COPY --from=sources /sources/docker/stand-ins ./docker/stand-ins
COPY --from=sources /sources/docker/fleet ./docker/fleet
COPY --from=sources /sources/lab-services ./lab-services
RUN install --directory --owner=node .compiled
USER node
RUN warm.sh lab-services/*/src/main.ts
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["healthcheck.sh", "/ready"]
CMD ["sh", "-c", "echo 'Say which: node lab-services/<service>/src/main.ts' >&2; exit 64"]

ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Faultline services" \
      org.opencontainers.image.description="Every service of the lab; the command says which one runs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
