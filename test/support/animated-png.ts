/** Pictures of one size as one that moves (APNG), for pages that show no film. */
import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** Each picture is shown for as many milliseconds as stand beside it; then all begins anew. */
export function animatedPng(frames: readonly { readonly png: Buffer; readonly ms: number }[]): Buffer {
  const [first] = frames.map(({ png }) => chunksOf(png));
  const header = first?.find(({ type }) => type === 'IHDR');
  if (!header) throw new Error('That is no PNG.');
  let sequence = 0;
  const number = (): Buffer => uint32(sequence++);
  const pictures = frames.flatMap(({ png, ms }, i): Chunk[] => {
    const chunks = chunksOf(png);
    if (!chunks.find(({ type }) => type === 'IHDR')?.data.equals(header.data))
      throw new Error('The pictures differ in size or colours.');
    const control = Buffer.concat([
      number(),
      header.data.subarray(0, 8),
      uint32(0),
      uint32(0),
      uint16(ms),
      uint16(1_000),
      // Nothing of the picture before stays.
      Buffer.from([0, 0]),
    ]);
    const data = chunks.filter(({ type }) => type === 'IDAT');
    return [
      { type: 'fcTL', data: control },
      ...data.map((chunk) => (i === 0 ? chunk : { type: 'fdAT', data: Buffer.concat([number(), chunk.data]) })),
    ];
  });
  const animation = { type: 'acTL', data: Buffer.concat([uint32(frames.length), uint32(0)]) };
  const all = [header, animation, ...pictures, { type: 'IEND', data: Buffer.alloc(0) }];
  return Buffer.concat([SIGNATURE, ...all.map(written)]);
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

function written({ type, data }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))]);
}

function uint32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

function uint16(n: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(n);
  return bytes;
}
