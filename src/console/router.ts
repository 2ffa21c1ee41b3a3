import { signal } from '@preact/signals';

/**
 * Where somebody is: the part of the address after `#`. The service's own paths are settings, and no page of the
 * console shall stand in their way.
 */
export interface Place {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export const place = signal<Place>(read());
addEventListener('hashchange', () => {
  place.value = read();
});

function read(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return {
    path: path.split('/').filter(Boolean).map(decodeURIComponent),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

type Query = Readonly<Record<string, string | undefined>>;

/** The address of a page, to link to; what is undefined or empty is left out of the query. */
export function to(path: readonly string[], query: Query = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const text = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

export function go(path: readonly string[], query: Query = {}): void {
  location.hash = to(path, query);
}

/** Changes the query without another step in the history: a search as it is typed. */
export function requery(query: Query): void {
  history.replaceState(null, '', to(place.value.path, { ...place.value.query, ...query }));
  place.value = read();
}
