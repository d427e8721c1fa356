# syntax=docker/dockerfile:1
# The service as one small image: `docker build -t vouchsafe .`
# `compose.yaml` runs it with PostgreSQL; alone, it keeps everything in the volume /data.

ARG RUST=1.95
ARG NODE=24

FROM node:${NODE}-bookworm-slim AS console
WORKDIR /src/console
COPY console/package.json console/package-lock.json ./
RUN npm ci --silent --no-audit --no-fund --ignore-scripts
COPY schemas/openapi.json ../schemas/openapi.json
COPY console .
RUN npm run build

FROM rust:${RUST}-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev pkg-config libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies, in a layer that only a change of these files builds anew. Tests and benches
# are not built, and need not be there.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir src \
    && echo 'fn main() {}' >src/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked \
    && rm -r src
COPY . .
COPY --from=console /src/console/dist console/dist
# A copied file may be older than what was just built in its place.
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked

FROM debian:bookworm-slim
# What the binary links beside the C library, and the authorities that a mail server's certificate
# is checked against.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl3 libgcc-s1 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 vouchsafe \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin vouchsafe \
    && install -d -o vouchsafe -g vouchsafe -m 0700 /data
COPY --from=build /src/target/release/vouchsafe /usr/local/bin/vouchsafe
USER 10001:10001
# The defaults name `data/…`, seen from here.
WORKDIR /
VOLUME /data
ENV VOUCHSAFE_HTTP__LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["vouchsafe", "health"]
ENTRYPOINT ["vouchsafe"]
CMD ["serve"]
