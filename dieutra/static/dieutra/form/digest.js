// Hashes of text in UTF-8, worked out at once (the browser's own are promises): MD5, SHA-1, SHA-256, SHA-384, SHA-512.
// Mirrors dieutra/engine/lang/digests.py.
import { EvaluationError, toText } from "./values.js";

const ALGORITHMS = {
  MD5: md5,
  SHA1: sha1,
  SHA256: (bytes) => sha2(bytes, 32, 0, 32),
  SHA384: (bytes) => sha2(bytes, 64, 8, 48),
  SHA512: (bytes) => sha2(bytes, 64, 0, 64),
};

export function digest(value, algorithm, encoding = "base64") {
  const compute = ALGORITHMS[toText(algorithm).toUpperCase().replaceAll("-", "")];
  const how = toText(encoding).toLowerCase();
  if (!compute || !["hex", "base64"].includes(how)) throw new EvaluationError("digest()");
  const hashed = compute(new TextEncoder().encode(toText(value)));
  return how === "hex"
    ? hashed.map((byte) => byte.toString(16).padStart(2, "0")).join("")
    : btoa(String.fromCharCode(...hashed));
}

export function base64Decode(value) {
  const text = toText(value).replace(/\s+/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return "";
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** The message with its end mark and length, in blocks of so many bytes. */
function* blocks(bytes, size, littleEndian = false) {
  const counted = size / 8;
  const length = Math.ceil((bytes.length + 1 + counted) / size) * size;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n, littleEndian);
  for (let at = 0; at < length; at += size) yield new DataView(padded.buffer, at, size);
}

const turned = (word, by) => (word << by) | (word >>> (32 - by));

function bytesOf(words, littleEndian) {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, at) => view.setInt32(at * 4, word, littleEndian));
  return [...new Uint8Array(view.buffer)];
}

const SINES = Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32) | 0);
const TURNS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const MIXES = [
  (b, c, d) => (b & c) | (~b & d),
  (b, c, d) => (d & b) | (~d & c),
  (b, c, d) => b ^ c ^ d,
  (b, c, d) => c ^ (b | ~d),
];
const PLACES = [(at) => at, (at) => 5 * at + 1, (at) => 3 * at + 5, (at) => 7 * at];

function md5(bytes) {
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (const block of blocks(bytes, 64, true)) {
    let [a, b, c, d] = state;
    for (let at = 0; at < 64; at++) {
      const round = at >> 4;
      const word = block.getInt32((PLACES[round](at) % 16) * 4, true);
      const sum = (a + MIXES[round](b, c, d) + SINES[at] + word) | 0;
      [a, b, c, d] = [d, (b + turned(sum, TURNS[round][at % 4])) | 0, b, c];
    }
    [a, b, c, d].forEach((word, at) => (state[at] = (state[at] + word) | 0));
  }
  return bytesOf(state, true);
}

const STEPS = [
  [(b, c, d) => (b & c) | (~b & d), 0x5a827999],
  [(b, c, d) => b ^ c ^ d, 0x6ed9eba1],
  [(b, c, d) => (b & c) | (b & d) | (c & d), 0x8f1bbcdc],
  [(b, c, d) => b ^ c ^ d, 0xca62c1d6],
];

function sha1(bytes) {
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  for (const block of blocks(bytes, 64)) {
    const words = Array.from({ length: 16 }, (_, at) => block.getInt32(at * 4));
    for (let at = 16; at < 80; at++)
      words.push(turned(words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16], 1));
    let [a, b, c, d, e] = state;
    words.forEach((word, at) => {
      const [mix, constant] = STEPS[Math.floor(at / 20)];
      [a, b, c, d, e] = [(turned(a, 5) + mix(b, c, d) + e + constant + word) | 0, a, turned(b, 30), c, d];
    });
    [a, b, c, d, e].forEach((word, at) => (state[at] = (state[at] + word) | 0));
  }
  return bytesOf(state, false);
}

// SHA-2 in 32 and in 64 bits. Its constants are the first bits behind the point of roots of the first primes.

const TURNS_OF = {
  32: { low: [7, 18], lowShift: 3, high: [17, 19], highShift: 10, a: [2, 13, 22], e: [6, 11, 25], rounds: 64 },
  64: { low: [1, 8], lowShift: 7, high: [19, 61], highShift: 6, a: [28, 34, 39], e: [14, 18, 41], rounds: 80 },
};
const known = {};

function primes(count) {
  const found = [];
  for (let number = 2; found.length < count; number++)
    if (found.every((prime) => number % prime)) found.push(number);
  return found.map(BigInt);
}

/** The largest whole number whose power is at most this one. */
function root(number, degree) {
  let [low, high] = [0n, 1n << 72n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= number) low = middle;
    else high = middle;
  }
  return low;
}

function constants(bits) {
  const fraction = (prime, degree) => BigInt.asUintN(64, root(prime << (64n * degree), degree)) >> BigInt(64 - bits);
  known[bits] ??= {
    cubes: primes(TURNS_OF[bits].rounds).map((prime) => fraction(prime, 3n)),
    squares: primes(16).map((prime) => fraction(prime, 2n)),
  };
  return known[bits];
}

function sha2(bytes, bits, start, length) {
  const { cubes, squares } = constants(bits);
  const turns = TURNS_OF[bits];
  const cut = (word) => BigInt.asUintN(bits, word);
  const right = (word, by) => cut((word >> BigInt(by)) | (word << BigInt(bits - by)));
  const mixed = (word, [first, ...rest]) => rest.reduce((sum, by) => sum ^ right(word, by), right(word, first));
  const state = squares.slice(start, start + 8);
  for (const block of blocks(bytes, bits * 2)) {
    const read = (at) => (bits === 32 ? BigInt(block.getUint32(at * 4)) : block.getBigUint64(at * 8));
    const words = Array.from({ length: 16 }, (_, at) => read(at));
    for (let at = 16; at < turns.rounds; at++) {
      const [old, recent] = [words[at - 15], words[at - 2]];
      const low = mixed(old, turns.low) ^ (old >> BigInt(turns.lowShift));
      const high = mixed(recent, turns.high) ^ (recent >> BigInt(turns.highShift));
      words.push(cut(words[at - 16] + low + words[at - 7] + high));
    }
    let [a, b, c, d, e, f, g, h] = state;
    words.forEach((word, at) => {
      const chosen = (e & f) ^ (cut(~e) & g);
      const one = h + mixed(e, turns.e) + chosen + cubes[at] + word;
      const other = mixed(a, turns.a) + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [cut(one + other), a, b, c, cut(d + one), e, f, g];
    });
    [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = cut(state[at] + word)));
  }
  const hex = state.map((word) => word.toString(16).padStart(bits / 4, "0")).join("");
  return hex
    .match(/../g)
    .slice(0, length)
    .map((pair) => parseInt(pair, 16));
}
