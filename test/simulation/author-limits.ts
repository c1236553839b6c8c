/** The largest record that the door lets in. */
import { LIMITS } from '#protocol/limits.ts'

/** In bytes; a pack holds nothing larger. */
export const LARGEST_ENTRY = (): number => LIMITS.entryBytes - 400
