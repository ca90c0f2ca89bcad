// Draws the client's icons as PNG, the mark of `icons/mark.svg`: dots along a way that climbs to a
// place. Written out here, so that nothing that draws is needed to build.

import { deflateSync } from "node:zlib";

const ground = [0x0b, 0x6e, 0x4f];
/** The way, in a square of 64 by 64: two curves of Bézier. */
const curves = [
  [[12, 48], [22, 50], [22, 34], [32, 34]], [[32, 34], [42, 34], [38, 44], [52, 16]],
];
const place = { x: 52, y: 14, radius: 6 };
const dot = { every: 10, radius: 2.5 };

function at([a, b, c, d], t) {
  const mix = (axis) => (1 - t) ** 3 * a[axis] + 3 * (1 - t) ** 2 * t * b[axis]
    + 3 * (1 - t) * t ** 2 * c[axis] + t ** 3 * d[axis];
  return { x: mix(0), y: mix(1) };
}

/** The dots, as far apart from one another along the way. */
function dots() {
  const found = [];
  let last = null;
  let walked = 0;
  for (const curve of curves) {
    for (let step = 0; step <= 2000; step += 1) {
      const here = at(curve, step / 2000);
      if (last) walked += Math.hypot(here.x - last.x, here.y - last.y);
      if (walked >= found.length * dot.every) found.push({ ...here, radius: dot.radius });
      last = here;
    }
  }
  return found;
}

/** How much of a pixel a disc covers, on an edge as wide as a pixel. */
const cover = (distance, radius, pixel) => Math.min(1, Math.max(0, (radius - distance) / pixel + 0.5));

/**
 * @param size in pixels
 * @param scale of the mark in its square; smaller where a device cuts the edges off
 * @param corner the radius of the square's corners, of 64
 */
export function icon(size, { scale = 1, corner = 0 } = {}) {
  const discs = [...dots(), place];
  const pixel = 64 / size / scale;
  const rows = [];
  for (let y = 0; y < size; y += 1) {
    const row = Buffer.alloc(1 + size * 4);
    for (let x = 0; x < size; x += 1) {
      const square = { x: (x + 0.5) * 64 / size, y: (y + 0.5) * 64 / size };
      const spot = { x: (square.x - 32) / scale + 32, y: (square.y - 32) / scale + 32 };
      const white = Math.max(...discs.map((disc) =>
        cover(Math.hypot(spot.x - disc.x, spot.y - disc.y), disc.radius, pixel)));
      const beyond = (value) => Math.max(0, Math.abs(value - 32) - (32 - corner));
      const opaque = corner === 0 ? 1
        : cover(Math.hypot(beyond(square.x), beyond(square.y)), corner, 64 / size);
      ground.forEach((value, index) => {
        row[1 + x * 4 + index] = Math.round(value + (255 - value) * white);
      });
      row[1 + x * 4 + 3] = Math.round(255 * opaque);
    }
    rows.push(row);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const framed = Buffer.alloc(8 + body.length);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(checksum(body), 4 + body.length);
  return framed;
}

/** CRC-32, as PNG has it. */
function checksum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
