/** The holiday calendars of 2024 to 2026 as the State Council published them; 2027 is not published, so nothing is said of it. */
import type { CalendarYear } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'

const calendar = (
  year: number,
  sample: boolean,
  source: string,
  off: readonly string[],
  work: readonly string[],
): CalendarYear => ({
  type: 'calendar',
  id: String(year),
  version: 1,
  year,
  source,
  off,
  work: work as readonly Day[],
  sample,
})

/** Past years are marked as samples: they are here for demonstrations and comparisons. */
export const SAMPLE_CALENDARS: readonly CalendarYear[] = [
  calendar(
    2024,
    true,
    '国务院办公厅关于2024年部分节假日安排的通知(国办发明电〔2023〕7号), 2023-10-25',
    [
      '2024-01-01',
      '2024-02-10/2024-02-17',
      '2024-04-04/2024-04-06',
      '2024-05-01/2024-05-05',
      '2024-06-10',
      '2024-09-15/2024-09-17',
      '2024-10-01/2024-10-07',
    ],
    ['2024-02-04', '2024-02-18', '2024-04-07', '2024-04-28', '2024-05-11', '2024-09-14', '2024-09-29', '2024-10-12'],
  ),
  calendar(
    2025,
    true,
    '国务院办公厅关于2025年部分节假日安排的通知(国办发明电〔2024〕12号), 2024-11-12',
    [
      '2025-01-01',
      '2025-01-28/2025-02-04',
      '2025-04-04/2025-04-06',
      '2025-05-01/2025-05-05',
      '2025-05-31/2025-06-02',
      '2025-10-01/2025-10-08',
    ],
    ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
  ),
  calendar(
    2026,
    false,
    '国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04',
    [
      '2026-01-01/2026-01-03',
      '2026-02-15/2026-02-23',
      '2026-04-04/2026-04-06',
      '2026-05-01/2026-05-05',
      '2026-06-19/2026-06-21',
      '2026-09-25/2026-09-27',
      '2026-10-01/2026-10-07',
    ],
    ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  ),
]
