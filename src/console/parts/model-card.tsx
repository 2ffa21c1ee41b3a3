import { api, isSignedIn, useLoad } from '../api.ts';
import { figure, moment } from '../format.ts';
import type { Metrics } from '../metrics.ts';
import { t } from '../texts/index.ts';
import { Download, saveAs } from './download.tsx';
import { Facts } from './facts.tsx';
import { Section } from './page.tsx';
import { Shown } from './shown.tsx';

/** What of a card is shown (docs/models.md); the whole is downloaded. */
interface Card {
  readonly created_at: string;
  readonly columns: readonly { readonly name: string }[];
  readonly seed: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly metrics: Metrics;
  readonly data: { readonly name: string; readonly sha256: string };
  readonly versions: Readonly<Record<string, string>>;
}

/** Where a model comes from, and its files. */
export function ModelCard({ id }: { readonly id: string }) {
  const texts = t().runs;
  const loaded = useLoad((signal) => api().getArtifactCard({ id }, { signal }), [id]);
  return (
    <Section
      title={texts.card}
      hint={texts.cardHint}
      actions={
        <>
          <Download
            url={`api/ml/v1/artifacts/${id}/download`}
            name={`${id}.onnx`}
            title="ONNX"
            load={isSignedIn.value ? () => api().downloadArtifact({ id }, { parseAs: 'blob' }) : undefined}
          />
          {loaded.data && (
            <button
              type="button"
              onClick={() =>
                saveAs(
                  new Blob([JSON.stringify(loaded.data, null, 2)], { type: 'application/json' }),
                  `${id}.json`,
                )
              }
            >
              JSON
            </button>
          )}
        </>
      }
    >
      <Shown of={loaded}>{(card) => <CardFacts of={card as unknown as Card} />}</Shown>
    </Section>
  );
}

function CardFacts({ of: card }: { readonly of: Card }) {
  const texts = t().runs;
  const { algorithm } = card.metrics;
  const params = Object.entries(card.params).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return (
    <Facts
      of={[
        algorithm && [texts.algorithm, texts.algorithms[algorithm.name] ?? algorithm.name],
        algorithm?.name === 'blend' && [texts.weightOfTrees, figure(algorithm.weight_of_trees)],
        [t().datasets.columns, figure(card.columns.length)],
        [t().train.seed, String(card.seed)],
        params.length > 0 && [texts.settings, params.join(', ')],
        [texts.made, moment(card.created_at)],
        [
          texts.data,
          <span key="data">
            {card.data.name} <code>{card.data.sha256.slice(0, 12)}…</code>
          </span>,
        ],
        [
          texts.versions,
          Object.entries(card.versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', '),
        ],
      ]}
    />
  );
}
