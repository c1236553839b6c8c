/** The payload of an edit entry: which section, and one Yjs update (v1) to it. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export interface Edit {
  /** Name of the section, see sections.ts. */
  readonly section: string
  /** The update exactly as its author made it. */
  readonly update: Uint8Array
}

/** The payload bytes of an edit. */
export function encodeEdit(edit: Edit): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, edit.section)
  encoding.writeVarUint8Array(encoder, edit.update)
  return encoding.toUint8Array(encoder)
}

/** Reads an edit's payload; undefined when it is malformed (the entry is then kept and quarantined). */
export function decodeEdit(payload: Uint8Array): Edit | undefined {
  try {
    const decoder = decoding.createDecoder(payload)
    const section = decoding.readVarString(decoder)
    const update = decoding.readVarUint8Array(decoder)
    return decoding.hasContent(decoder) ? undefined : { section, update }
  } catch {
    return undefined // lib0 throws on truncated bytes; the gate quarantines the entry
  }
}
