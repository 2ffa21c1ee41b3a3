/** Longer than between two scrapes of Prometheus, so that each is told all that came since the one before. */
const STEP_MS = 20_000;

/**
 * What counts from its beginning on, begun anew every 20 s: the one that is read began 20 to 40 s ago. Of what begins
 * anew whenever somebody asks, each of several who do would see only what came after another had.
 */
export function slidingWindow<Counted>(
  begin: () => Counted,
  end: (counted: Counted) => void = () => {},
): () => Counted {
  let [older, younger] = [begin(), begin()];
  setInterval(() => {
    end(older);
    older = younger;
    younger = begin();
  }, STEP_MS).unref();
  return () => older;
}
