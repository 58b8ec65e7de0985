// Takes everything out of a picture but the picture: where, when and with what it was taken, thumbnails, texts. The
// store takes no other (package documents, folder pictures). Parts are cut out and the pixels left as they are; only
// where that would turn the picture or change its colours, or where it is too big, it is drawn anew.

/**
 * @typedef {{bytes: Uint8Array, type: string, redraw: boolean}} Stripped `redraw`: what was cut says how to show it
 * @typedef {{name: string, data: Uint8Array, whole: Uint8Array}} Chunk
 */

/** The store's limits, as they are unless somebody changed them. */
const MOST_BYTES = 5 * 2 ** 20;
const MOST_PIXELS = 16_000_000;
const MOST_A_SIDE = 16_383;
/** Tried one after the other, until the picture is small enough. */
const QUALITIES = [0.9, 0.75, 0.6];

/** This is no picture that can be taken; the message is the key of the words. */
export class PictureUnusable extends Error {}

/**
 * @param {Blob} blob
 * @returns {Promise<Blob>} of the same type, or JPEG where it had to be made smaller
 */
export async function cleaned(blob) {
  const found = stripped(new Uint8Array(await blob.arrayBuffer()));
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (!bitmap) throw new PictureUnusable("picture_broken");
  if (found.redraw || found.bytes.length > MOST_BYTES) return redrawn(bitmap, found.type);
  bitmap.close();
  return new Blob([found.bytes], { type: found.type });
}

/**
 * Cuts out of a picture what is not needed to show it.
 *
 * @param {Uint8Array} bytes
 * @returns {Stripped}
 */
export function stripped(bytes) {
  try {
    if (text(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return png(bytes);
    if (text(bytes, 0, 2) === "\xff\xd8") return jpeg(bytes);
    if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 4) === "WEBP") return webp(bytes);
  } catch (error) {
    // A part is said to be longer than what is left.
    throw error instanceof RangeError ? new PictureUnusable("picture_broken") : error;
  }
  throw new PictureUnusable("not_picture");
}

/** @param {unknown} holds */
function ensure(holds) {
  if (!holds) throw new PictureUnusable("picture_broken");
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} length
 */
function text(bytes, at, length) {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} length
 * @returns {Uint8Array}
 */
function part(bytes, at, length) {
  if (at + length > bytes.length) throw new RangeError();
  return bytes.subarray(at, at + length);
}

/** @param {Uint8Array} bytes */
function view(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * @param {Uint8Array[]} parts
 * @returns {Uint8Array}
 */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}

/**
 * @param {number} width
 * @param {number} height
 */
function isTooBig(width, height) {
  ensure(width && height);
  return width * height > MOST_PIXELS || Math.max(width, height) > MOST_A_SIDE;
}

/**
 * Whether a colour profile says more than that colours are the usual ones.
 *
 * @param {Uint8Array} profile ICC; its texts have one or two bytes a letter
 */
function isUnusual(profile) {
  return !new TextDecoder("latin1").decode(profile).replaceAll("\0", "").includes("sRGB");
}

/**
 * Whether EXIF says that the picture is to be shown turned.
 *
 * @param {Uint8Array} tiff
 */
function isTurned(tiff) {
  try {
    const [data, little] = [view(tiff), text(tiff, 0, 2) === "II"];
    const table = data.getUint32(4, little);
    for (let entry = 0; entry < data.getUint16(table, little); entry++) {
      const at = table + 2 + 12 * entry;
      if (data.getUint16(at, little) === 0x0112) return data.getUint16(at + 8, little) > 1;
    }
  } catch {
    // Nobody can read it, so that nobody turns the picture.
  }
  return false;
}

// PNG (W3C PNG Specification, third edition)

/** Chunks that are numbers on size and colour, and the most bytes that they have. */
const OF_PNG = new Map(Object.entries({ IHDR: 13, PLTE: 768, IDAT: Infinity, IEND: 0, tRNS: 256, gAMA: 4, cHRM: 32, sRGB: 1, cICP: 4, sBIT: 4, bKGD: 6, pHYs: 9 }));

/**
 * @param {Uint8Array} bytes
 * @returns {Stripped}
 */
function png(bytes) {
  const kept = [bytes.subarray(0, 8)];
  const seen = new Set();
  let redraw = false;
  for (let at = 8; !seen.has("IEND"); ) {
    const { name, data, whole } = pngChunk(bytes, at);
    at += whole.length;
    if (name === "acTL") throw new PictureUnusable("picture_moves");
    ensure(seen.size || name === "IHDR");
    if (name === "IHDR") redraw ||= isTooBig(view(data).getUint32(0), view(data).getUint32(4));
    // A profile is packed; its own name stands in front of it.
    if (name === "iCCP") redraw ||= isUnusual(data);
    if (name === "eXIf") redraw ||= isTurned(data);
    if (data.length <= (OF_PNG.get(name) ?? -1) && (name === "IDAT" || !seen.has(name))) kept.push(whole);
    seen.add(name);
  }
  return { bytes: joined(kept), type: "image/png", redraw };
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {Chunk}
 */
function pngChunk(bytes, at) {
  const length = view(bytes).getUint32(at);
  return { name: text(bytes, at + 4, 4), data: part(bytes, at + 8, length), whole: part(bytes, at, length + 12) };
}

// JPEG (ITU-T T.81, annex B)

const [MARKER, END, SCAN, JFIF, EXIF, PROFILE, ADOBE] = [0xff, 0xd9, 0xda, 0xe0, 0xe1, 0xe2, 0xee];
const FRAMES = [0xc0, 0xc1, 0xc2];
const TABLES = [0xc4, 0xdb, 0xdd];
/** Bytes of the parts of programs that say how colours are coded. */
const PROGRAMS = new Map([[JFIF, 14], [ADOBE, 12]]);
const SIGNATURES = new Map([[JFIF, "JFIF\0"], [ADOBE, "Adobe"], [EXIF, "Exif\0\0"], [PROFILE, "ICC_PROFILE\0"]]);
const PROFILE_HEAD = 14;

/**
 * @param {Uint8Array} bytes
 * @returns {Stripped}
 */
function jpeg(bytes) {
  const kept = [bytes.subarray(0, 2)];
  const profile = [];
  let [redraw, frames, scans, at] = [false, 0, 0, 2];
  for (;;) {
    ensure(part(bytes, at, 2)[0] === MARKER);
    while (part(bytes, at, 2)[1] === MARKER) at++;
    const marker = bytes[at + 1];
    if (marker === END) break;
    const whole = part(bytes, at, 2 + view(bytes).getUint16(at + 2));
    ensure(whole.length >= 4);
    const data = whole.subarray(4);
    at += whole.length;
    if (FRAMES.includes(marker)) {
      ensure(!frames++);
      redraw ||= isTooBig(view(data).getUint16(3), view(data).getUint16(1));
      kept.push(whole);
    } else if (marker === SCAN) {
      ensure(frames && ++scans);
      const end = endOfScan(bytes, at);
      kept.push(whole, bytes.subarray(at, end));
      at = end;
    } else if (TABLES.includes(marker)) {
      kept.push(whole);
    } else {
      ensure(marker === 0xfe || (marker & 0xf0) === 0xe0);
      const known = data.length && text(data, 0, SIGNATURES.get(marker)?.length ?? 0) === SIGNATURES.get(marker);
      if (known && marker === EXIF) redraw ||= isTurned(data.subarray(6));
      if (known && marker === PROFILE) profile.push(data.subarray(PROFILE_HEAD));
      if (known && PROGRAMS.has(marker)) kept.push(shortened(marker, data));
    }
  }
  ensure(scans);
  kept.push(Uint8Array.of(MARKER, END));
  return { bytes: joined(kept), type: "image/jpeg", redraw: redraw || (profile.length > 0 && isUnusual(joined(profile))) };
}

/**
 * A part of a program without what may follow its numbers, such as a thumbnail.
 *
 * @param {number} marker
 * @param {Uint8Array} data
 */
function shortened(marker, data) {
  const length = Number(PROGRAMS.get(marker));
  const numbers = part(data, 0, length).slice();
  if (marker === JFIF) numbers.fill(0, 12);
  return joined([Uint8Array.of(MARKER, marker, 0, length + 2), numbers]);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {number} where the next marker stands that is not among the pixels
 */
function endOfScan(bytes, at) {
  for (;;) {
    at = bytes.indexOf(MARKER, at);
    if (at < 0) throw new RangeError();
    const next = part(bytes, at, 2)[1];
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at += 2;
  }
}

// WebP (RFC 9649)

const ALPHA = 0x10;

/**
 * @param {Uint8Array} bytes
 * @returns {Stripped}
 */
function webp(bytes) {
  const end = 8 + view(bytes).getUint32(4, true);
  part(bytes, 0, end);
  const kept = [];
  let [redraw, pixels] = [false, 0];
  for (let at = 12; at < end; ) {
    const { name, data, whole } = riffChunk(bytes, at);
    at += whole.length;
    if (name === "ANIM" || name === "ANMF") throw new PictureUnusable("picture_moves");
    if (name === "VP8X") {
      redraw ||= isTooBig(1 + number24(data, 4), 1 + number24(data, 7));
      const plain = whole.slice();
      plain.set([plain[8] & ALPHA, 0, 0, 0], 8);
      kept.push(plain);
    }
    if (name === "ICCP") redraw ||= isUnusual(data);
    if (name === "EXIF") redraw ||= isTurned(text(data, 0, 6) === "Exif\0\0" ? data.subarray(6) : data);
    if (name === "VP8 " || name === "VP8L") {
      pixels++;
      const [width, height] = name === "VP8 " ? lossySize(data) : losslessSize(data);
      redraw ||= isTooBig(width, height);
    }
    if (["ALPH", "VP8 ", "VP8L"].includes(name)) kept.push(whole);
  }
  ensure(pixels === 1);
  const head = bytes.slice(0, 12);
  view(head).setUint32(4, 4 + kept.reduce((sum, one) => sum + one.length, 0), true);
  return { bytes: joined([head, ...kept]), type: "image/webp", redraw };
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {Chunk}
 */
function riffChunk(bytes, at) {
  const length = view(bytes).getUint32(at + 4, true);
  const whole = part(bytes, at, 8 + length + (length % 2)).slice();
  if (length % 2) whole[8 + length] = 0;
  return { name: text(bytes, at, 4), data: part(bytes, at + 8, length), whole };
}

/**
 * @param {Uint8Array} data
 * @param {number} at
 */
function number24(data, at) {
  return view(data).getUint16(at, true) + (view(data).getUint8(at + 2) << 16);
}

/** @param {Uint8Array} data */
function lossySize(data) {
  return [view(data).getUint16(6, true) & 0x3fff, view(data).getUint16(8, true) & 0x3fff];
}

/** @param {Uint8Array} data */
function losslessSize(data) {
  const bits = view(data).getUint32(1, true);
  return [1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)];
}

// Drawn anew

/**
 * Draws a picture as this browser shows it, turned and in the usual colours, and as small as it has to be.
 *
 * @param {ImageBitmap} bitmap
 * @param {string} type
 * @returns {Promise<Blob>}
 */
async function redrawn(bitmap, type) {
  const { width, height } = bitmap;
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)), MOST_A_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.floor(width * scale), Math.floor(height * scale)];
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  for (const [as, quality] of [[type, QUALITIES[0]], ...QUALITIES.map((it) => ["image/jpeg", it])]) {
    const drawn = await new Promise((resolve) => canvas.toBlob(resolve, /** @type {string} */ (as), quality));
    // Some browsers write a profile, and a little EXIF, into what they draw.
    const found = drawn && stripped(new Uint8Array(await drawn.arrayBuffer()));
    if (found && found.bytes.length <= MOST_BYTES) return new Blob([found.bytes], { type: found.type });
  }
  throw new PictureUnusable("picture_broken");
}
