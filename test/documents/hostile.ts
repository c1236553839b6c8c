/** Writes Yjs v1 updates by hand, so that tests can say what no honest program would. */
import * as encoding from 'lib0/encoding'

export interface Id {
  readonly client: number
  readonly clock: number
}

/** One struct: flags are derived from what is given. */
export interface HandMadeStruct {
  /** Content kind, the low five bits: 4 text, 8 plain values. */
  readonly kind: number
  readonly origin?: Id
  readonly rightOrigin?: Id
  /** Written only without origins, as Yjs does. */
  readonly root?: string
  readonly key?: string
  /** Sets the key flag although no key is written (an item that inherits it). */
  readonly keyed?: boolean
  /** Writes the content. */
  readonly content: (encoder: encoding.Encoder) => void
}

export interface HandMadeBlock {
  readonly client: number
  readonly clock: number
  readonly structs: readonly HandMadeStruct[]
  /** Written instead of the true number of structs. */
  readonly count?: number
}

export interface HandMadeDeletions {
  readonly client: number
  readonly ranges: readonly (readonly [clock: number, length: number])[]
}

function writeStruct(encoder: encoding.Encoder, struct: HandMadeStruct): void {
  const { origin, rightOrigin, key } = struct
  const keyed = key !== undefined || struct.keyed === true
  encoding.writeUint8(encoder, struct.kind | (keyed ? 0x20 : 0) | (rightOrigin ? 0x40 : 0) | (origin ? 0x80 : 0))
  for (const id of [origin, rightOrigin]) {
    if (id === undefined) continue
    encoding.writeVarUint(encoder, id.client)
    encoding.writeVarUint(encoder, id.clock)
  }
  if (origin === undefined && rightOrigin === undefined) {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, struct.root ?? 'fields')
    if (key !== undefined) encoding.writeVarString(encoder, key)
  }
  struct.content(encoder)
}

/** The bytes of an update. */
export function handMade(blocks: readonly HandMadeBlock[], deletions: readonly HandMadeDeletions[] = []): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, blocks.length)
  for (const block of blocks) {
    encoding.writeVarUint(encoder, block.count ?? block.structs.length)
    encoding.writeVarUint(encoder, block.client)
    encoding.writeVarUint(encoder, block.clock)
    for (const struct of block.structs) writeStruct(encoder, struct)
  }
  encoding.writeVarUint(encoder, deletions.length)
  for (const { client, ranges } of deletions) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, ranges.length)
    for (const [clock, length] of ranges) {
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarUint(encoder, length)
    }
  }
  return encoding.toUint8Array(encoder)
}

/** Content of plain values, as Y.Map.set writes it. */
export const anyContent =
  (...values: readonly unknown[]) =>
  (encoder: encoding.Encoder): void => {
    encoding.writeVarUint(encoder, values.length)
    for (const value of values) encoding.writeAny(encoder, value as never)
  }

/** Content of a piece of text, as Y.Text.insert writes it. */
export const textContent =
  (text: string) =>
  (encoder: encoding.Encoder): void =>
    encoding.writeVarString(encoder, text)

/** A field of the application set for the first time. */
export const field = (key: string, value: unknown, root = 'fields'): HandMadeStruct => ({
  kind: 8,
  root,
  key,
  content: anyContent(value),
})
