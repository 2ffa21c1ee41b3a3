// Some of a text's records, each as likely to be kept as any other; of a short text, all of them. The same ones as
// row-sampler.ts keeps.

/** Before each record stand its rank and its length, four bytes each. */
const HEAD: usize = 8;

let start: usize = 0;
let used: usize = 0;
let room: usize = 0;
let mostRecords: u32 = 0;
let kept: u32 = 0;
let offered: u32 = 0;
/** Only records are kept whose rank has none of these bits. */
let mask: u32 = 0;

export function sampleAddress(): usize {
  return start;
}
export function sampleBytes(): usize {
  return used;
}

/** @param bytes that are free at `address`: more than the longest record */
export function beginSample(address: usize, bytes: usize, records: u32): void {
  start = address;
  room = bytes;
  mostRecords = records;
  used = 0;
  kept = 0;
  offered = 0;
  mask = 0;
}

export function offerRecord(from: usize, to: usize): void {
  const rank = rankOf(offered++);
  if ((rank & mask) == 0) keep(rank, from, to - from);
}

/** Of numbers in a row, any bits of their ranks look like chance (the finalizer of MurmurHash3). */
// @ts-ignore: decorator
@inline
function rankOf(number: u32): u32 {
  let x = number + 0x9e3779b9;
  x = (x ^ (x >>> 16)) * 0x85ebca6b;
  x = (x ^ (x >>> 13)) * 0xc2b2ae35;
  return x ^ (x >>> 16);
}

function keep(rank: u32, from: usize, length: usize): void {
  while (kept == mostRecords || used + HEAD + length > room) {
    thin();
    if ((rank & mask) != 0) return;
  }
  const at = start + used;
  store<u32>(at, rank);
  store<u32>(at, <u32>length, 4);
  memory.copy(at + HEAD, from, length);
  used += HEAD + length;
  kept++;
}

/** Keeps about one half of what is there, and of what comes. */
function thin(): void {
  mask = (mask << 1) | 1;
  const end = start + used;
  let to = start;
  for (let at = start; at < end; ) {
    const bytes = HEAD + <usize>load<u32>(at, 4);
    if ((load<u32>(at) & mask) == 0) {
      memory.copy(to, at, bytes);
      to += bytes;
    } else kept--;
    at += bytes;
  }
  used = to - start;
}
