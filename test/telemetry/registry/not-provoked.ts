/** What is declared and not seen in `test/e2e/declared.test.ts`, by the reason why it is not provoked there. */
const NOT_PROVOKED: Readonly<Record<string, readonly RegExp[]>> = {
  'a start or a stop that fails is no start of a service': [/^event could not (start|stop in time)/],
  'a line stands for others only ten seconds after the first': [/ · repeats$/],
  'its cause can’t be made from outside a healthy process: tested where it is written': [
    /^event (event stream|scrape) (failed|incomplete)/,
    /^event unexpected error in training/,
    /^event object(s|) (lease|left)/,
    /^event queue (error|warning)/,
    /^event clean-up could not be queued/,
    /^event the embedded database did not start/,
  ],
  'the database is lost at a moment of its own': [
    /^metric db\.client\.operation\.duration · error\.type$/,
    /^event predictions could not be noted/,
    /^event (idle database connection|database notifications) lost/,
    /^event database does not answer yet$/,
    /^span pg/,
  ],
  'what fails is killed in one of the stages, the others fail alike': [
    /^span (scan|profile|read|prepare|search|trial|fit|evaluate|refit|export|load model|score) · error\.type$/,
  ],
  'the database and the disk would have to fail in it': [
    /^span (receive table|send .*|store model|remove expired datasets) · error\.type$/,
  ],
};

const all = Object.values(NOT_PROVOKED).flat();

export const isExcused = (name: string): boolean => all.some((pattern) => pattern.test(name));

/** Excuses that nothing needs, whatever is seen. */
export const needless = (declared: readonly string[]): readonly RegExp[] =>
  all.filter((pattern) => !declared.some((name) => pattern.test(name)));
