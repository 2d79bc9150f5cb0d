import { z } from 'zod'

/** Queries with the products that answer them, as people judged; none for a query that nothing answers. */
export const judgedSchema = z.array(z.object({ query: z.string(), class: z.string(), relevant: z.array(z.string()) }))
export type Judged = z.infer<typeof judgedSchema>[number]

/** How well a class of queries is answered; `mrr` is null where no product is relevant. */
export type Quality = { class: string; queries: number; mrr: number | null; zero_result_rate: number; missed: string[] }

/**
 * Mean reciprocal rank of the first relevant product, and the share of queries without a result, by class.
 *
 * @param ask gives the ids found for a query, best first
 */
export async function measure(judged: Judged[], ask: (query: string) => Promise<string[]>): Promise<Quality[]> {
  const asked: (Judged & { rank: number; results: number })[] = []
  for (const one of judged) {
    const ids = await ask(one.query)
    asked.push({ ...one, results: ids.length, rank: 1 + ids.findIndex((id) => one.relevant.includes(id)) })
  }
  return [...new Set(judged.map((one) => one.class))].map((name): Quality => {
    const own = asked.filter((one) => one.class === name)
    const answerable = own.filter(({ relevant }) => relevant.length > 0)
    return {
      class: name,
      queries: own.length,
      mrr: answerable.length > 0 ? mean(answerable.map(({ rank }) => (rank > 0 ? 1 / rank : 0))) : null,
      zero_result_rate: mean(own.map(({ results }) => (results === 0 ? 1 : 0))),
      missed: own
        .filter(({ relevant, rank, results }) => (relevant.length > 0 ? rank !== 1 : results > 0))
        .map(({ query }) => query),
    }
  })
}

const mean = (values: number[]) =>
  Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1000) / 1000
