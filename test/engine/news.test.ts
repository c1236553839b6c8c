/** Findings in memory: bounded, and what happens often pushes out only its own kind. */
import { expect, test } from 'vitest'
import type { Day } from '#protocol/casework/time/days.ts'
import { keptRows, withKept } from '#protocol/engine/kept-findings.ts'
import { createNews } from '#protocol/engine/news.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'

test('S131 whoever makes many findings of one kind pushes out no other, and what is kept stays', () => {
  let time = 0
  const news = createNews(
    () => time++,
    [{ time: -1, kind: 'sidecar', message: '核对存根', next: '', kept: 'sidecar-1' }],
    (problem) => expect.fail(String(problem)),
  )
  news.add({ kind: 'fork', message: '两个版本', next: '' })
  for (let count = 0; count < 1_000; count++) news.add({ kind: 'refused', message: `拒收 ${count}`, next: '' })
  const kinds = Map.groupBy(news.findings, ({ kind }) => kind)
  expect(news.findings).toHaveLength(100)
  expect([kinds.get('sidecar')?.length, kinds.get('fork')?.length]).toEqual([1, 1])
  expect(news.findings[0]?.message).toBe('拒收 999')
})

test('P234 what was kept by a clock that was ahead is not newer after a restart than what was kept by the right one', async () => {
  const storage = new MemoryStorage()
  const wrong = (day: string) => ({
    ...{ kind: 'clock' as const, message: '', next: '', kept: `wrong-day-${day}` },
    days: { from: day as Day, until: day as Day },
  })
  const keep = async (shown: string, day: string) => {
    const news = createNews(
      () => Date.parse(shown),
      await withKept(storage, []),
      (problem) => expect.fail(String(problem)),
    )
    news.keep(wrong(day))
    await storage.commit({ ...NO_CHANGE, local: news.unkept().flatMap(keptRows) })
    return news.findings.map(({ days }) => days?.from)
  }
  // The county says 17 December, by which 27 November was wrong; then that it is 27 November.
  await keep('2026-12-17T09:00+08:00', '2026-11-27')
  expect(await keep('2026-11-27T09:00+08:00', '2026-12-17')).toEqual(['2026-12-17', '2026-11-27'])
  const after = await withKept(storage, [])
  expect(after.map(({ days }) => days?.from)).toEqual(['2026-12-17', '2026-11-27'])
  const now = { time: 0, kind: 'sidecar' as const, message: '', next: '', kept: 'sidecar-1' }
  expect((await withKept(storage, [now])).map(({ kept }) => kept)[0]).toBe('sidecar-1')
})
