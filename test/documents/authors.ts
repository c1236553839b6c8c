/** Honest authors of one section: each holds updates in its own arrival order and writes through openSection. */
import { createHash } from 'node:crypto'
import type { SectionChange } from '#protocol/documents/change.ts'
import { NOTHING_HELD, type SectionClocks } from '#protocol/documents/clocks.ts'
import { gateUpdate } from '#protocol/documents/gate.ts'
import { openSection, type SectionValues } from '#protocol/documents/section.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import type { Result } from '#protocol/result.ts'

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

/** The value of a success; a test that expects one fails with the problem. */
export function valueIn<Value, Problem>(result: Result<Value, Problem>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value
}

/** The code of a refusal; a test that expects one fails when there is none. */
export function codeOf(result: Result<unknown, { readonly code: string }>): string {
  if (result.ok) throw new Error('expected a refusal')
  return result.problem.code
}

export interface Written {
  readonly client: number
  readonly update: Uint8Array
}

/** One node's view of one section. */
export class Author {
  readonly held: Written[] = []
  readonly section: SectionName
  readonly client: number
  clocks: SectionClocks = NOTHING_HELD

  constructor(section: SectionName, client: number) {
    this.section = section
    this.client = client
  }

  /** Gates an update and takes it in. */
  take(written: Written): void {
    const { section, clocks } = this
    const gated = gateUpdate({ section, client: written.client, tier: 'county', clocks }, written.update)
    this.clocks = valueIn(gated).clocks
    this.held.push(written)
  }

  /** Takes everything the other holds and this one does not, in the other's arrival order. */
  pull(from: Author): void {
    for (const written of from.held) if (!this.held.includes(written)) this.take(written)
  }

  updates(): Uint8Array[] {
    return this.held.map(({ update }) => update)
  }

  change(change: SectionChange): Uint8Array | undefined {
    const open = valueIn(openSection(this.section, this.updates()))
    const update = valueIn(open.change(this.client, change))
    if (update !== undefined) this.take({ client: this.client, update })
    return update
  }

  shown(): { value: SectionValues[SectionName]; digest: string } {
    const open = valueIn(openSection(this.section, this.updates()))
    const shown = { value: open.value(), digest: open.digest(sha256) }
    return shown
  }
}
