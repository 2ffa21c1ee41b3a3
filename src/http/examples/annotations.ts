/** What is written on things in the story. */
export const annotation = {
  tags: { team: 'growth', baseline: '' },
  note: 'With the support calls of last quarter.',
};
export const notAnnotated = { tags: {}, note: null };
