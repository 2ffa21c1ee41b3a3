const IDENTIFIER_WORDS = new Set(['id', 'ids', 'uuid', 'guid', 'key', 'index', 'idx', 'rowid', 'rownum']);

/** "id", "customer_id", "customerId", "ID number", "Unnamed: 0" (an index written by pandas) … */
export function isNamedLikeIdentifier(name: string): boolean {
  if (/^unnamed: \d+$/i.test(name)) return true;
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const [first] = words;
  return first === undefined || IDENTIFIER_WORDS.has(first) || IDENTIFIER_WORDS.has(words.at(-1)!);
}
