/** What a prediction is kept under, so that its outcome can be told. */
export const MAX_KEY_LENGTH = 200;

/** In words. */
export const KEY_RULE = `a key of 1 to ${MAX_KEY_LENGTH} characters`;

/** Whether it can be stored: it is well-formed, and PostgreSQL takes no NUL. */
export const isKey = (text: string): boolean =>
  text.length > 0 && text.length <= MAX_KEY_LENGTH && text.isWellFormed() && !text.includes('\0');
