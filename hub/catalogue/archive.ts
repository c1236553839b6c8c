/** A zip file taken apart under a bound, and put together again: whoever reads it next unpacks what was counted and nothing else. */
import { Buffer } from 'node:buffer'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { LIMITS } from '#protocol/limits.ts'
import { failure, type Result, success } from '#protocol/result.ts'

/** What is inside, by name. */
type Parts = ReadonlyMap<string, Buffer>
/** Why a file is not taken: it is no whole zip file as office programs write them, or it holds too much. */
export type ArchiveProblem = 'damaged' | 'too-large'

/** Signatures and fixed lengths (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16). */
const [LOCAL, ENTRY, END] = [0x04034b50, 0x02014b50, 0x06054b50]
const [LOCAL_BYTES, ENTRY_BYTES, END_BYTES] = [30, 46, 22]
const LONGEST_COMMENT = 0xffff
const [STORED, DEFLATED] = [0, 8]
const ENCRYPTED = 1

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw)

interface Entry {
  readonly name: string
  readonly method: number
  readonly packed: Buffer
  readonly bytes: number
  readonly crc: number
}

/** Where the directory's end stands; -1 without one. */
function endOf(file: Buffer): number {
  const first = Math.max(0, file.length - END_BYTES - LONGEST_COMMENT)
  for (let at = file.length - END_BYTES; at >= first; at--) if (file.readUInt32LE(at) === END) return at
  return -1
}

/** One entry of the directory with its packed bytes, and where the next one stands; throws where the file is too short. */
function entryAt(file: Buffer, at: number): { readonly entry: Entry | undefined; readonly next: number } {
  const [flags, method] = [file.readUInt16LE(at + 8), file.readUInt16LE(at + 10)]
  const [packedBytes, bytes] = [file.readUInt32LE(at + 20), file.readUInt32LE(at + 24)]
  const nameEnd = at + ENTRY_BYTES + file.readUInt16LE(at + 28)
  const next = nameEnd + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  const local = file.readUInt32LE(at + 42)
  const begin = local + LOCAL_BYTES + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
  const isWhole =
    file.readUInt32LE(at) === ENTRY &&
    file.readUInt32LE(local) === LOCAL &&
    (flags & ENCRYPTED) === 0 &&
    begin + packedBytes <= file.length
  const packed = file.subarray(begin, begin + packedBytes)
  const name = file.toString('utf8', at + ENTRY_BYTES, nameEnd)
  return { entry: isWhole ? { name, method, packed, bytes, crc: file.readUInt32LE(at + 16) } : undefined, next }
}

/** The entries that the directory names, unread; undefined where it is not whole. */
function entriesOf(file: Buffer): readonly Entry[] | undefined {
  const end = endOf(file)
  const count = end < 0 ? 0 : file.readUInt16LE(end + 10)
  if (count === 0 || count > LIMITS.archiveEntries) return undefined
  const entries = new Map<string, Entry>()
  try {
    for (let at = file.readUInt32LE(end + 16); entries.size < count; ) {
      const { entry, next } = entryAt(file, at)
      if (!entry || entries.has(entry.name)) return undefined
      entries.set(entry.name, entry)
      at = next
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return undefined // a place outside the file
  }
  return [...entries.values()]
}

/** The bytes of an entry, at most so many. */
async function unpacked({ method, packed, bytes, crc }: Entry, most: number): Promise<Result<Buffer, ArchiveProblem>> {
  if (method !== STORED && method !== DEFLATED) return failure('damaged')
  let content = packed
  if (method === DEFLATED) {
    try {
      content = await inflate(packed, { maxOutputLength: Math.max(1, most) })
    } catch (error) {
      return failure((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'damaged')
    }
  }
  if (content.length > most) return failure('too-large')
  return content.length === bytes && crc32(content) === crc ? success(content) : failure('damaged')
}

/** Takes a zip file apart: the parts that are wanted, at most so many bytes of them together. */
export async function partsOf(
  file: Buffer,
  most: number,
  isWanted: (name: string) => boolean,
): Promise<Result<Parts, ArchiveProblem>> {
  const entries = entriesOf(file)
  if (!entries) return failure('damaged')
  const parts = new Map<string, Buffer>()
  let left = most
  for (const entry of entries.filter(({ name }) => isWanted(name))) {
    const content = await unpacked(entry, left)
    if (!content.ok) return content
    left -= content.value.length
    parts.set(entry.name, content.value)
  }
  return success(parts)
}

/** What local header and directory say alike of a stored part, from the version needed on. */
function aboutPart(name: Buffer, content: Buffer): Buffer {
  const about = Buffer.alloc(26)
  about.writeUInt16LE(20, 0) // version 2.0, which every reader knows
  about.writeUInt16LE(0x0800, 2) // names in UTF-8
  about.writeUInt32LE(crc32(content), 10)
  about.writeUInt32LE(content.length, 14)
  about.writeUInt32LE(content.length, 18)
  about.writeUInt16LE(name.length, 22)
  return about
}

/** A zip file of parts as they are, without packing them. */
export function archiveOf(parts: Parts): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [text, content] of parts) {
    const name = Buffer.from(text)
    const about = aboutPart(name, content)
    const entry = Buffer.alloc(ENTRY_BYTES)
    entry.writeUInt32LE(ENTRY, 0)
    entry.writeUInt16LE(20, 4)
    about.copy(entry, 6)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, name)
    const header = Buffer.alloc(4)
    header.writeUInt32LE(LOCAL, 0)
    files.push(header, about, name, content)
    at += LOCAL_BYTES + name.length + content.length
  }
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(END, 0)
  for (const place of [8, 10]) end.writeUInt16LE(parts.size, place)
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  )
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, ...directory, end])
}
