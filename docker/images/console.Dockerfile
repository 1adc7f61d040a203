# The console: control plane and web console on port 3000, data in /data. It launches the fleet
# through the socket of the engine.
#
#   docker build -f docker/images/console.Dockerfile -t faultline/console:<version> .
#
# The command adds to the flags here. Folders are those of the repository, below /app.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS sources
WORKDIR /sources
COPY . .
RUN chmod -R a+rX,go-w . \
 && node docker/images/manifests.mjs /manifests \
 && node docker/images/manifests.mjs /manifests-web console
# The pages and the contracts they import: the slow build is repeated only when these change.
RUN mkdir /web \
 && cp -r --parents console collector/src/contract lab-services/chassis/src/core lab-services/topology/src /web \
 && rm -r /web/console/server /web/console/cli \
 && cp -r --parents tsconfig.base.json tsconfig.json console/server/src/contract /web \
 && cp -r --parents scenarios/src/journal scenarios/src/compare scenarios/src/document/units.ts scenarios/src/probes/reading.ts /web

FROM ${NODE_IMAGE} AS web
WORKDIR /app
COPY --from=sources /manifests-web ./
RUN npm ci --ignore-scripts --no-audit --no-fund --include-workspace-root -w @faultline/console
COPY --from=sources /web ./
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=sources /manifests ./
# Optional packages are native speed-ups, and the embedded PostgreSQL.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund -w @faultline/server
COPY --from=sources /sources/docker/images/prune.sh /usr/local/bin/
RUN prune.sh node_modules && rm -r package-lock.json .npmrc tests

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/.compiled \
    MALLOC_ARENA_MAX=2 \
    PORT=3000
COPY --from=sources /sources/docker/images/healthcheck.sh /sources/docker/images/warm.sh /usr/local/bin/
COPY --from=dependencies /app ./
COPY --from=web /app/console/out ./console/out
COPY --from=sources /sources/lab-services ./lab-services
COPY --from=sources /sources/collector ./collector
COPY --from=sources /sources/docker ./docker
COPY --from=sources /sources/scenarios ./scenarios
COPY --from=sources /sources/console/server ./console/server
RUN install --directory --owner=node .compiled /data
USER node
RUN warm.sh console/server/src/main.ts
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["healthcheck.sh", "/api/health", "/data/console-token"]
ENTRYPOINT ["node", "--max-semi-space-size=4", "--max-old-space-size=256", "console/server/src/main.ts", "--host", "0.0.0.0", "--data-dir", "/data"]
CMD []

ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Faultline console" \
      org.opencontainers.image.description="Control plane and web console of the lab" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
