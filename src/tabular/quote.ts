/** A name or a label of the user's in a sentence: quoted, on one line, short. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
