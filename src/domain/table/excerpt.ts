const MAX_SHOWN = 60;

/** A piece of the user's data for an error message: quoted, on one line, printable, short. */
export function excerpt(text: string): string {
  const shown = [...text.slice(0, MAX_SHOWN * 2)].slice(0, MAX_SHOWN).join('');
  const printable = shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\u{fffd}');
  return `"${printable}${shown.length < text.length ? '…' : ''}"`;
}
