/** Expected failures as values: what happened, what was kept, what to do next. */

/** A failure that people or peers can act on. All texts shown to people are Chinese. */
export interface Failure {
  /** Stable identifier for programs, in kebab-case. */
  readonly code: string
  /** What happened, for people. */
  readonly message: string
  /** What was kept (nothing is lost silently). */
  readonly kept: string
  /** What to do next. */
  readonly next: string
  /** The form field or path the failure belongs to, when there is one. */
  readonly field?: string
}

export type Result<Value, Problem = Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem }

/** Wraps a success. */
export const success = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value })

/** Wraps an expected failure. */
export const failure = <Problem>(problem: Problem): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem,
})

/** Makes a {@link Failure} in one line. */
export const fail = (code: string, message: string, kept: string, next: string, field?: string) =>
  failure<Failure>({ code, message, kept, next, ...(field === undefined ? {} : { field }) })
