import { lettersOf, nearestName } from './nearest-name.ts';

/**
 * Finds settings that were meant for this service and are none of its: `AUTH_MODE=keys` with one underscore would
 * start it without authentication and without a word. The environment is shared with others, so a name is ours
 * only if it is nearly one of ours, or begins as nobody else's does.
 */

/** Letters of a name that others' names don't come near by chance: of PORT they do. */
const LONG_ENOUGH = 8;

/** Two words, or one and our two underscores, make a beginning our own; of those that guard something one will do. */
const OUR_BEGINNINGS =
  /^(PROMETHEUS__|S3__|AUTH_|CORS_|TRAINING_|DATASET_TTL_|MAX_UPLOAD_|MAX_MODEL_|MAX_EMPTY_|MIN_DATA_)/;

/** What Kubernetes sets for every service of the namespace: one that is called `auth` gives AUTH_PORT and more. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;

/** Two slips of the finger; a missing underscore is none at all. */
const NEAR = 2;

/**
 * @param given the names that are set
 * @param known every name of the service
 * @returns each name that must be a mistake, with the nearest known one
 */
export function unknownVariables(given: readonly string[], known: readonly string[]) {
  const candidates = known.filter((name) => lettersOf(name).length >= LONG_ENOUGH);
  return given
    .filter((name) => !known.includes(name) && !SERVICE_LINK.test(name))
    .flatMap((name) => {
      const nearest = nearestName(name, candidates);
      if (nearest === undefined) return [];
      // Without its own first letter a name is another's: REGION is not S3__REGION.
      const near = nearest.edits <= NEAR && lettersOf(name)[0] === nearest.name[0];
      return near || OUR_BEGINNINGS.test(name.toUpperCase()) ? [{ name, nearest: nearest.name }] : [];
    });
}
