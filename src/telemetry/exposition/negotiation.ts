import { parseAccept } from 'hono/utils/accept';

interface MediaType {
  readonly type: string;
  /** By which it is asked for. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly charset?: string;
}

/** The formats of the exposition (prometheus.io/docs/instrumenting/content_negotiation). */
const MEDIA_TYPES = {
  text: { type: 'text/plain', parameters: { version: '0.0.4' }, charset: 'utf-8' },
  openmetrics: {
    type: 'application/openmetrics-text',
    parameters: { version: '1.0.0' },
    charset: 'utf-8',
  },
  protobuf: {
    type: 'application/vnd.google.protobuf',
    parameters: { proto: 'io.prometheus.client.MetricFamily', encoding: 'delimited' },
  },
} as const satisfies Record<string, MediaType>;

export type Format = keyof typeof MEDIA_TYPES;

const FORMATS = Object.keys(MEDIA_TYPES) as Format[];

export function contentType(format: Format): string {
  const { type, parameters, charset }: MediaType = MEDIA_TYPES[format];
  const all = Object.entries({ ...parameters, ...(charset !== undefined && { charset }) });
  return [type, ...all.map(([name, value]) => `${name}=${value}`)].join('; ');
}

/**
 * RFC 9110 §12.5.1: of each format the range that names it most exactly says how welcome it is. Where two are equally
 * welcome, the one that is named more exactly wins, then the one named first.
 * @param accept the header; text 0.0.4 answers what does not say, or accepts nothing that there is
 */
export function negotiate(accept = ''): Format {
  const ranges = parseAccept(accept);
  const [best] = FORMATS.flatMap((format) => {
    const media: MediaType = MEDIA_TYPES[format];
    const [named] = ranges
      .map((range, position) => ({ format, q: range.q, exactness: exactness(range, media), position }))
      .filter((match) => match.exactness > 0)
      .sort((a, b) => b.exactness - a.exactness);
    return named !== undefined && named.q > 0 ? [named] : [];
  }).sort((a, b) => b.q - a.q || b.exactness - a.exactness || a.position - b.position);
  return best?.format ?? 'text';
}

/** How exactly a range names a media type; 0: not at all. What we have no parameter for (`escaping`) is no matter. */
function exactness(range: { type: string; params: Record<string, string> }, media: MediaType): number {
  const type = range.type.toLowerCase();
  if (type === '*/*') return 1;
  if (type === `${media.type.split('/')[0]}/*`) return 2;
  if (type !== media.type) return 0;
  const named = Object.entries(media.parameters).filter(([name]) => range.params[name] !== undefined);
  return named.every(([name, value]) => range.params[name] === value) ? 3 + named.length : 0;
}

/** RFC 9110 §12.5.3: named, or covered by `*`, not refused with `q=0`, and no less welcome than the page as it is. */
export function acceptsGzip(acceptEncoding = ''): boolean {
  const codings = parseAccept(acceptEncoding.toLowerCase());
  const welcome = (coding: string) => codings.find(({ type }) => type === coding)?.q;
  const gzip = welcome('gzip') ?? welcome('*') ?? 0;
  return gzip > 0 && gzip >= (welcome('identity') ?? 0);
}
