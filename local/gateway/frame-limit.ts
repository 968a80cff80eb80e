/**
 * Watches the frames that a client sends (RFC 6455, 5.2) and calls `onTooLarge`, once, when one announces a
 * payload over `maximumBytes`. `ws` bounds whole messages only; API Gateway bounds each frame, too.
 *
 * @returns what to call with each chunk of the socket, before the WebSocket's own reader.
 */
export function watchFrames(maximumBytes: number, onTooLarge: () => void): (chunk: Buffer) => void {
  let header: number[] = [];
  let payloadLeft = 0;
  let done = false;

  return (chunk) => {
    let offset = 0;
    while (!done && offset < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - offset);
        payloadLeft -= skipped;
        offset += skipped;
        continue;
      }
      header.push(chunk[offset] ?? 0);
      offset += 1;
      if (header.length === headerBytes(header)) {
        payloadLeft = payloadBytes(header);
        header = [];
        if (payloadLeft > maximumBytes) {
          done = true;
          onTooLarge();
        }
      }
    }
  };
}

const extendedLengthBytes = { 126: 2, 127: 8 } as const;

function lengthByte(header: readonly number[]): number {
  return (header[1] ?? 0) & 0x7f;
}

/** How long this header is, as far as its first bytes tell: fin and opcode, length, its extension, mask. */
function headerBytes(header: readonly number[]): number {
  if (header.length < 2) {
    return 2;
  }
  const isMasked = ((header[1] ?? 0) & 0x80) !== 0;
  return 2 + (extendedLengthBytes[lengthByte(header) as 126 | 127] ?? 0) + (isMasked ? 4 : 0);
}

function payloadBytes(header: readonly number[]): number {
  const bytes = extendedLengthBytes[lengthByte(header) as 126 | 127];
  if (bytes === undefined) {
    return lengthByte(header);
  }
  return header.slice(2, 2 + bytes).reduce((length, byte) => length * 256 + byte, 0);
}
