/** A SQL string literal; it may hold any character except NUL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
