# Makes the package as anybody would, then installs it and nothing else.
FROM node:26-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm pack --silent && mv temblor-*.tgz /temblor.tgz

FROM node:26-slim
COPY --from=build /temblor.tgz /tmp/temblor.tgz
RUN npm install --global --no-audit --no-fund /tmp/temblor.tgz && rm -rf /tmp/temblor.tgz /root/.npm

LABEL org.opencontainers.image.title="temblor" \
  org.opencontainers.image.description="A dataflow pipeline engine and programmable reverse proxy" \
  org.opencontainers.image.licenses="Apache-2.0"

# Nobody in particular. Nothing is written: the root file system may be read-only.
USER 65532:65532
ENV NODE_ENV=production
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["temblor", "healthcheck"]
ENTRYPOINT ["temblor"]
CMD ["run", "/etc/temblor"]
