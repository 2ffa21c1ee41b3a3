/** What a name may be, and how much an owner may keep under names. */

/** Fits into an address as it is, and into a file's name. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
export const NAME_RULE =
  'must be 1 to 100 letters, digits, ".", "_" or "-", and begin with a letter or a digit';

/** Begins with a letter, so that none looks like a version; what others give by themselves is not for giving by hand. */
export const ALIAS = /^(?!(latest|v\d+)$)[A-Za-z][A-Za-z0-9._-]{0,99}$/i;
export const ALIAS_RULE =
  'must be 1 to 100 letters, digits, ".", "_" or "-", begin with a letter, and be neither "latest" nor "v" and a number';

export const MAX_MODELS = 1000;
export const MAX_VERSIONS = 1000;
export const MAX_ALIASES = 20;
/** Newest lines of a name's history that are kept; all of them are in the log. */
export const MAX_HISTORY = 1000;
