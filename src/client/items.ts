/** The most that a page may hold. */
const PAGE_ITEMS = 100;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

/** Every item of a list, page after page as far as they are asked for. */
export async function* itemsOf<Item>(
  list: (page: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await list({ limit: PAGE_ITEMS, ...(cursor !== null && { cursor }) });
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== null);
}
