# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production CAUSEWAY_HOME=/data HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json manifest.yml ./
COPY src ./src
COPY tools ./tools
COPY runbooks ./runbooks
COPY policies ./policies
# The simulated shop needs development packages and has no place in production.
RUN rm -rf src/lab && mkdir /data && chown 65532:65532 /data
USER 65532:65532
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Run with: docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v causeway:/data ...
CMD ["node", "src/start-guard.js", "start"]
