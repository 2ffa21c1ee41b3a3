/** @param moment by `performance.now()` */
export function secondsSince(moment: number): number {
  return (performance.now() - moment) / 1000;
}
