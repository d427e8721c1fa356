#!/bin/sh
# Builds src/pages/assets/reader.js, which finds QR codes in pictures: the npm package "qr" as one small file.
# To take a later version, change the number and look at what has changed there.
set -eu
QR=0.7.0
ESBUILD=0.28.2
into=$(cd "$(dirname "$0")/.." && pwd)/src/pages/assets/reader.js
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund "qr@$QR" "esbuild@$ESBUILD"
echo 'export { BarcodeDetector } from "qr/decode.js";' > entry.js
{
  printf '/*!\nqr %s (https://github.com/paulmillr/qr), built by tools/reader.sh.\n\n' "$QR"
  # Of the two licences that it offers, the one that is taken.
  cat node_modules/qr/LICENSE-MIT
  printf '\n*/\n'
  npx esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none
} > "$into"
