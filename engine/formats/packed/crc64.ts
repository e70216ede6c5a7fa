/** CRC-64 as xz has it (ECMA-182, reflected), in two halves of 32 bits. */
const LOW = 0xd7870f42
const HIGH = 0xc96c5795

const lows = new Int32Array(256)
const highs = new Int32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let low = byte
  let high = 0
  for (let i = 0; i < 8; i++) {
    const odd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (odd === 1) {
      low ^= LOW
      high ^= HIGH
    }
  }
  lows[byte] = low
  highs[byte] = high
}

export function crc64(bytes: Uint8Array): bigint {
  let low = -1
  let high = -1
  for (let i = 0; i < bytes.length; i++) {
    const at = (low ^ bytes[i]!) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ lows[at]!
    high = (high >>> 8) ^ highs[at]!
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0)
}
