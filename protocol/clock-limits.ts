/** What is right and wrong, long and soon of clocks and days; read as part of LIMITS. */

export const CLOCK_LIMITS = {
  /** A clock this far from the parent's is shown as wrong. */
  clockOffsetMilliseconds: 120_000,
  /** A clock that went back by this has lost its battery or was set by hand: by less one is put right, and time heals it. */
  clockFallMilliseconds: 60 * 60_000,
  /** An offset that differs by this from what was known is kept and told on at once: less may be the line's own delay. */
  clockStepMilliseconds: 30_000,
  /** How far a clock has come is kept with what is written anyway, this often at most: a row beside each entry is too much. */
  clockMarkMilliseconds: 60_000,
  /** Other offsets that a clock may have, where it was set: of more nobody could say which. */
  possibleOffsets: 6,
  /** A clock is looked at this often although nobody asks for it: whoever sets one does not let the machine sleep at once. */
  clockLookMilliseconds: 60_000,
  /** While nothing is written it is kept this often: each time is a write of its own. */
  clockHeardMilliseconds: 10 * 60_000,
  /** A fact written this much later than the root's clock says is from a clock that is ahead: a day, as people count. */
  doubtfulDayMilliseconds: 24 * 60 * 60_000,
  /** Facts of one case whose days are noted as doubtful; more say nothing new to whoever looks at the case. */
  doubtfulDays: 50,
  /** A clock that has not been compared for so many days is to be looked at: a broken line takes days, a closed point weeks. */
  unheardDays: 90,
  /** A clock that shows an earlier time than it was told by so much has lost its battery. */
  deadClockDays: 30,
  /** A county hall that was shut so long has its clock looked at: the longest holiday is nine days. */
  rootAwayDays: 14,
  /** Reports are made by the old time for so long after somebody at the root said the time: two signs of life down, two reports up. */
  oldReportMilliseconds: 30_000,
  /** A watch that somebody reads, and the clock of a hall, are right to some minutes. */
  watchMilliseconds: 15 * 60_000,
  /** From this hour people confirm what time it is; an earlier one is asked about once more. */
  wakingFromHour: 6,
  /** Until this hour, likewise. */
  wakingUntilHour: 22,
  /** A day confirmed so long after all that is known is asked about once more: a broken line takes days. */
  farDays: 7,
  /** A machine that is started anew takes longer from the end of a program to its next start; less means that its clock stood still meanwhile. */
  bootMilliseconds: 15_000,
  /** Wrong days by which a node went that are told one by one: a clock that is wrong each day of a month. */
  wrongDays: 30,
} as const
