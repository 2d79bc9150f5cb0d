import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Environment } from '../../../clients/environment.ts'
import { messageOf, UsageError } from '../../../clients/errors.ts'
import { identifier } from '../../../clients/product.ts'
import { askCatalog } from '../catalog.ts'

const itemSchema = z.object({
  product_id: z.string(),
  name: z.string(),
  category: z.string(),
  brand: z.string(),
  price: z.number(),
  currency: z.string(),
  available: z.int(),
})
/** A product as the simulated users see it. */
type Item = z.infer<typeof itemSchema>

const fileSchema = z.array(
  z
    .object({
      product_id: identifier,
      name: z.string(),
      category: z.string(),
      brand: z.string(),
      price: z.object({ amount: z.number(), currency: z.string() }),
      stock: z.object({ available: z.int() }),
    })
    .transform(({ price, stock, ...rest }): Item => ({ ...rest, price: price.amount, ...price, ...stock })),
)

/** The products on sale, by id: the same order wherever they come from. */
export type Catalogue = {
  items: Item[]
  /** the items of each category, by their place in `items` */
  categories: { name: string; members: number[] }[]
}

const wholeCatalogueMs = 60_000

/**
 * The products in PostgreSQL: what is on sale now.
 *
 * @throws UsageError `CATALOGUE_EMPTY` when there are none
 */
export async function catalogueOfShop(env: Environment): Promise<Catalogue> {
  const columns = 'product_id, name, category, brand, price::float8 as price, currency, available'
  const { rows } = await askCatalog(env, (db) => db.query(`select ${columns} from products`), wholeCatalogueMs)
  return catalogueOf(z.array(itemSchema).parse(rows), 'the products on sale', 'task shop')
}

/**
 * The products of a file as shops send them: a JSON array.
 *
 * @throws UsageError `CATALOGUE_UNREADABLE` or `CATALOGUE_EMPTY`
 */
export async function catalogueOfFile(file: string): Promise<Catalogue> {
  const hint = 'task simulate -- --products data/products.json --file events.jsonl'
  const unreadable = (seen: string, cause?: unknown) =>
    new UsageError('CATALOGUE_UNREADABLE', `${file}: expected a JSON array of products, got: ${seen}`, hint, { cause })
  const document = await readFile(file, 'utf8')
    .then((text): unknown => JSON.parse(text))
    .catch((cause: unknown) => {
      throw unreadable(messageOf(cause), cause)
    })
  const parsed = fileSchema.safeParse(document)
  if (!parsed.data) throw unreadable(z.prettifyError(parsed.error).split('\n').slice(0, 2).join(' '))
  return catalogueOf(parsed.data, file, hint)
}

function catalogueOf(unordered: Item[], source: string, hint: string): Catalogue {
  // of equal ids the later counts, as in Kafka
  const byId = new Map(unordered.map((item) => [item.product_id, item]))
  const items = [...byId.values()].sort((one, other) => (one.product_id < other.product_id ? -1 : 1))
  if (!items.some(({ available }) => available > 0))
    throw new UsageError('CATALOGUE_EMPTY', `${source}: expected at least one product in stock, got none`, hint)
  const categories = new Map<string, number[]>()
  items.forEach(({ category }, index) => {
    const members = categories.get(category)
    if (members) members.push(index)
    else categories.set(category, [index])
  })
  return { items, categories: Array.from(categories, ([name, members]) => ({ name, members })) }
}
