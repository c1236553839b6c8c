/** Findings in memory: bounded, and what happens often pushes out only its own kind. */
import { expect, test } from 'vitest'
import { createNews } from '#protocol/engine/news.ts'

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
