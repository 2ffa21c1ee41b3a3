import { z } from '@hono/zod-openapi';
import { meantName } from '../nearest-name.ts';

/** Of names that a client sent, in an answer. */
const MAX_NAMES = 5;
const MAX_NAME = 100;

/** The fields of a JSON body: one that is none of them is refused, since what it asks for would not happen. */
export const body = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => exactly(shape, 'field');

/** The parameters of a query, likewise. */
export const query = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => exactly(shape, 'query parameter');

const exactly = <Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownNames(what, issue.keys, Object.keys(shape)) : undefined,
  });

/** @param known what there is instead */
export function unknownNames(what: string, names: readonly string[], known: readonly string[]): string {
  const said = names.slice(0, MAX_NAMES).map((name) => {
    const meant = meantName(name, known);
    return `${JSON.stringify(name.slice(0, MAX_NAME))}${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`;
  });
  const instead = known.length === 0 ? 'there is none here' : `there is ${known.join(', ')}`;
  return `unknown ${what} ${said.join(', ')}; ${instead}`;
}
