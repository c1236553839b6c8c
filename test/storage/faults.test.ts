/** What the codes of SQLite's errors mean, as libsql and its client give them. */
import { expect, test } from 'vitest'
import { isBusy, storageFailure } from '#protocol/storage/faults.ts'

const faultOf = (error: object) => storageFailure(error).fault

test('D23 a code means damage whether it is the plain or an extended one', () => {
  for (const code of ['SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX', 'SQLITE_NOTADB', 'SQLITE_IOERR_SHORT_READ']) {
    expect(faultOf({ code })).toBe('damaged')
  }
  // The client tells the plain code first.
  expect(faultOf({ code: 'SQLITE_IOERR', extendedCode: 'SQLITE_IOERR_SHORT_READ' })).toBe('damaged')
  expect(faultOf({ code: 'SQLITE_IOERR_WRITE' })).toBe('other')
  expect(faultOf({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' })).toBe('other')
  expect(faultOf(new Error('no code'))).toBe('other')
})

test('D29 every kind of busy is told as locked and asks for a new connection', () => {
  for (const code of ['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_BUSY_RECOVERY']) {
    expect(isBusy({ code })).toBe(true)
    expect(storageFailure({ code })).toMatchObject({ fault: 'locked', message: expect.stringContaining(code) })
  }
  expect(isBusy({ code: 'SQLITE_LOCKED_SHAREDCACHE' })).toBe(false)
  expect(faultOf({ code: 'SQLITE_LOCKED_SHAREDCACHE' })).toBe('locked')
})
