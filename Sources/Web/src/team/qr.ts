// QR codes (ISO/IEC 18004) of short texts: bytes, error correction M, versions 1 to 10, that is up to 213
// bytes. Enough for a link, and small enough to be read.

/** For each version: error correction bytes of a block, and the number of blocks. */
const corrections: [bytes: number, blocks: number][] = [
  [10, 1], [16, 1], [26, 1], [18, 2], [24, 2], [16, 4], [18, 4], [22, 4], [22, 5], [26, 5],
];

/** The modules of a code, row by row; true is dark. Null for a text that is too long. */
export function qrCode(text: string): boolean[][] | null {
  const bytes = [...new TextEncoder().encode(text)];
  for (let version = 1; version <= corrections.length; version += 1) {
    const data = dataBytes(bytes, version);
    if (data) return new Drawing(version, interleaved(data, version)).best();
  }
  return null;
}

/** Modules that are not part of a pattern. */
function rawModules(version: number): number {
  let count = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const patterns = Math.floor(version / 7) + 2;
    count -= (25 * patterns - 10) * patterns - 55;
    if (version >= 7) count -= 36;
  }
  return count;
}

function capacity(version: number): number {
  const [bytes, blocks] = corrections[version - 1]!;
  return Math.floor(rawModules(version) / 8) - bytes * blocks;
}

/** The text with its length, filled up; null where it does not fit. */
function dataBytes(bytes: number[], version: number): number[] | null {
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >>> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  const room = capacity(version) * 8;
  if (bits.length > room) return null;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - bits.length % 8) % 8);
  for (let filler = 0xec; bits.length < room; filler ^= 0xec ^ 0x11) put(filler, 8);
  const made: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    made.push(bits.slice(at, at + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  }
  return made;
}

/** Product in the field of 256 elements that codes of Reed and Solomon are made in. */
function product(a: number, b: number): number {
  let made = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    made = (made << 1) ^ ((made >>> 7) * 0x11d);
    made ^= ((b >>> bit) & 1) * a;
  }
  return made;
}

function correction(data: number[], degree: number): number[] {
  const divisor: number[] = Array(degree).fill(0);
  divisor[degree - 1] = 1;
  let root = 1;
  for (let round = 0; round < degree; round += 1) {
    for (let at = 0; at < degree; at += 1) {
      divisor[at] = product(divisor[at]!, root) ^ (divisor[at + 1] ?? 0);
    }
    root = product(root, 2);
  }
  const rest: number[] = Array(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift()!;
    rest.push(0);
    divisor.forEach((value, at) => { rest[at]! ^= product(value, factor); });
  }
  return rest;
}

/** The blocks' bytes in turn, and then those that correct them. */
function interleaved(data: number[], version: number): number[] {
  const [degree, blocks] = corrections[version - 1]!;
  const short = Math.floor(data.length / blocks);
  const long = data.length % blocks;
  const parts: number[][] = [];
  let from = 0;
  for (let block = 0; block < blocks; block += 1) {
    const length = short + (block < blocks - long ? 0 : 1);
    parts.push(data.slice(from, from + length));
    from += length;
  }
  const made: number[] = [];
  for (let at = 0; at <= short; at += 1) {
    for (const part of parts) if (at < part.length) made.push(part[at]!);
  }
  const checks = parts.map((part) => correction(part, degree));
  for (let at = 0; at < degree; at += 1) for (const check of checks) made.push(check[at]!);
  return made;
}

const masks: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => (x * y) % 2 + (x * y) % 3 === 0, (x, y) => ((x * y) % 2 + (x * y) % 3) % 2 === 0,
  (x, y) => ((x + y) % 2 + (x * y) % 3) % 2 === 0,
];

class Drawing {
  private readonly size: number;
  private readonly dark: boolean[][];
  /** Patterns, which no mask changes. */
  private readonly fixed: boolean[][];

  constructor(private readonly version: number, bytes: number[]) {
    this.size = version * 4 + 17;
    const square = () => Array.from({ length: this.size }, () => Array<boolean>(this.size).fill(false));
    this.dark = square();
    this.fixed = square();
    this.patterns();
    this.content(bytes);
  }

  /** The mask under which readers have the least trouble. */
  best(): boolean[][] {
    let found: { cost: number; modules: boolean[][] } | null = null;
    masks.forEach((mask, number) => {
      this.format(number);
      const modules = this.dark.map((row, y) =>
        row.map((value, x) => (this.fixed[y]![x] ? value : value !== mask(x, y))));
      const cost = penalty(modules);
      if (!found || cost < found.cost) found = { cost, modules };
    });
    return found!.modules;
  }

  private set(x: number, y: number, isDark: boolean): void {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y]![x] = isDark;
    this.fixed[y]![x] = true;
  }

  private patterns(): void {
    const { size, version } = this;
    for (let at = 0; at < size; at += 1) {
      this.set(6, at, at % 2 === 0);
      this.set(at, 6, at % 2 === 0);
    }
    for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) {
      this.rings(x, y, 4, (ring) => ring !== 2 && ring !== 4);
    }
    const places = this.alignments();
    const last = places.length - 1;
    places.forEach((x, i) => places.forEach((y, j) => {
      const isCorner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
      if (!isCorner) this.rings(x, y, 2, (ring) => ring !== 1);
    }));
    this.format(0);
    if (version < 7) return;
    let rest = version;
    for (let round = 0; round < 12; round += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let at = 0; at < 18; at += 1) {
      const isDark = ((bits >>> at) & 1) === 1;
      const [a, b] = [size - 11 + at % 3, Math.floor(at / 3)];
      this.set(a, b, isDark);
      this.set(b, a, isDark);
    }
  }

  private rings(x: number, y: number, radius: number, isDark: (ring: number) => boolean): void {
    for (let down = -radius; down <= radius; down += 1) {
      for (let right = -radius; right <= radius; right += 1) {
        this.set(x + right, y + down, isDark(Math.max(Math.abs(right), Math.abs(down))));
      }
    }
  }

  private alignments(): number[] {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2;
    const step = Math.ceil((this.version * 4 + 4) / (count * 2 - 2)) * 2;
    const places = [6];
    for (let at = this.size - 7; places.length < count; at -= step) places.splice(1, 0, at);
    return places;
  }

  /** The level of correction (M is 0) and the mask, twice. */
  private format(mask: number): void {
    let rest = mask;
    for (let round = 0; round < 10; round += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    const bit = (at: number) => ((bits >>> at) & 1) === 1;
    const { size } = this;
    for (let at = 0; at <= 5; at += 1) this.set(8, at, bit(at));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let at = 9; at < 15; at += 1) this.set(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at += 1) this.set(size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at += 1) this.set(8, size - 15 + at, bit(at));
    this.set(8, size - 8, true);
  }

  /** The bytes, in columns of two from the lower right, up and down in turn. */
  private content(bytes: number[]): void {
    const { size } = this;
    let at = 0;
    for (let right = size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < size; step += 1) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.fixed[y]![x] || at >= bytes.length * 8) continue;
          this.dark[y]![x] = ((bytes[at >>> 3]! >>> (7 - (at & 7))) & 1) === 1;
          at += 1;
        }
      }
    }
  }
}

/** How much trouble readers have: runs, squares, patterns like those at the corners, too dark or light. */
function penalty(modules: boolean[][]): number {
  const size = modules.length;
  let cost = 0;
  const lines = [...modules, ...modules.map((_, x) => modules.map((row) => row[x]!))];
  for (const line of lines) {
    const text = line.map((value) => (value ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
    cost += 40 * (text.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  let dark = 0;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const value = modules[y]![x];
      if (value) dark += 1;
      if (x + 1 < size && y + 1 < size && value === modules[y]![x + 1]
        && value === modules[y + 1]![x] && value === modules[y + 1]![x + 1]) cost += 3;
    }
  }
  return cost + 10 * Math.floor(Math.abs(dark * 20 / size / size - 10));
}
