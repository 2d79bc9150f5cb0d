/**
 * How often a property is tried: always the same values, so that a run that failed fails again. By hand, FUZZ_RUNS=100000
 * tries a hundred times as many, FUZZ_SEED others.
 *
 * @param tries how many of a thousand; fewer where one takes long
 */
export function limits(tries = 1_000): { seed: number; numRuns: number; includeErrorInReport: boolean; endOnFailure: boolean } {
  return { seed: Number(process.env.FUZZ_SEED ?? 20_261_124), numRuns: Math.ceil((tries / 1_000) * Number(process.env.FUZZ_RUNS ?? 1_000)), includeErrorInReport: true, endOnFailure: true }
}
