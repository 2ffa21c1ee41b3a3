/** The first row of test/data/wine_test.csv, which the README predicts too. */
export const PREDICTED = {
  f0: 13.64,
  f1: 3.1,
  f2: 2.56,
  f3: 15.2,
  f4: 116,
  f5: 2.7,
  f6: 3.03,
  f7: 0.17,
  f8: 1.66,
  f9: 5.1,
  f10: 0.96,
  f11: 3.36,
  f12: 845,
};

export const ANSWER = '0';
