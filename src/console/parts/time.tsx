import { fromNow, moment } from '../format.ts';

/** How long ago, or until when; to the second on a closer look. */
export function Time({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={moment(at)}>
      {fromNow(at)}
    </time>
  );
}
