# syntax=docker/dockerfile:1
# Linux x64: the kubectl and helm that npm delivers exist for it only.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tools tools
COPY src src
ENV MOORING_CACHE=/cache
RUN node tools/setup.ts && test -s dist/mooring.mjs \
  && mkdir /programs && cp /cache/tools/*/kubectl /cache/tools/*/kustomize /cache/tools/*/helm /programs/

FROM node:24.21.0-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && groupadd --gid 65532 mooring && useradd --uid 65532 --gid 65532 --create-home --shell /usr/sbin/nologin mooring \
  && install --directory --owner=mooring --group=mooring /var/lib/mooring
COPY --from=build /programs/ /usr/local/bin/
COPY --from=build /build/dist/mooring.mjs /opt/mooring/mooring.mjs
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072
USER 65532:65532
WORKDIR /var/lib/mooring
EXPOSE 9480
ENTRYPOINT ["node", "--max-semi-space-size=4", "--heap-growing-percent=50", "/opt/mooring/mooring.mjs"]
CMD ["run", "--config", "/etc/mooring/mooring.yaml"]
