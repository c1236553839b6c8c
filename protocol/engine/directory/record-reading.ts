/** Directory records as they lie in entries: read, completed and checked; undefined when they cannot be understood. */
import { DEFAULT_RULES, type DirectoryRecord, type DirectoryType } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial, type FeeRule, type Item, type MaterialRule } from '#protocol/casework/item.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { isDeeper, isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import { RECORD_SHAPES } from './record-shapes.ts'
import { largeness } from './station-records.ts'

type Given = Readonly<Record<string, unknown>>

const isType = (type: unknown): type is DirectoryType => typeof type === 'string' && Object.hasOwn(RECORD_SHAPES, type)

/** The document id of a directory record: an item has one for each edition. */
export const documentOf = (record: DirectoryRecord): DocumentId =>
  (record.type === 'item' ? `item/${record.id}.${record.edition}` : `${record.type}/${record.id}`) as DocumentId

/** Reads a directory record; undefined when it is malformed. The root checked in full what it wrote. */
export function readDirectoryRecord(json: string, document: DocumentId): DirectoryRecord | undefined {
  if (largeness(json, document) !== undefined || isDeeper(json, LIMITS.recordDepth)) return undefined
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined // kept as an entry; the receipt says that it was not understood
  }
  if (!isRecord(value) || !isType(value.type)) return undefined
  const { type } = value
  const completed = completedRecord(value, type)
  // The record goes on as it came, not as the shape parsed it: a later version may have written fields unknown here.
  if (completed === undefined || !RECORD_SHAPES[type].validate(completed)) return undefined
  const record = completed as unknown as DirectoryRecord
  const isEarlierItem = value.edition === undefined && document === `item/${record.id}`
  return documentOf(record) === document || (type === 'item' && isEarlierItem) ? record : undefined
}

/** What records of earlier versions leave out is filled in. */
function completedRecord(given: Given, type: DirectoryRecord['type']): Given | undefined {
  if (type === 'rules') return { ...DEFAULT_RULES, ...given }
  if (type !== 'item') return given
  const { materials, promisedWorkingDays, statutoryWorkingDays, fee, ...rest } = given
  if (materials !== undefined && !(Array.isArray(materials) && materials.every(isRecord))) return undefined
  const earlier = {
    ...limitOf('promised', promisedWorkingDays),
    ...limitOf('statutory', statutoryWorkingDays),
    ...(typeof fee === 'string' ? { fees: feesOf(fee) } : {}),
  }
  const known = { ...earlier, ...rest } as Partial<Item> & Pick<Item, 'id' | 'name'>
  const list = (materials ?? []) as (Partial<MaterialRule> & Pick<MaterialRule, 'id' | 'name'>)[]
  return completeItem({ ...known, materials: list.map(completeMaterial) }) as unknown as Given
}

const limitOf = (name: 'promised' | 'statutory', days: unknown) =>
  typeof days === 'number' ? { [name]: { days, unit: 'working', note: '' } } : {}

/** A fee that was only a text allows no amount until the catalogue says which. */
const feesOf = (fee: string): FeeRule[] =>
  fee === '' || fee === '不收费'
    ? []
    : [{ id: 'fee', name: '收费', standard: fee, basis: '', range: { from: 0, to: 0 } }]
