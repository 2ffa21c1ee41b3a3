import { expect, test } from 'vitest';
import { TextPage } from '../../../src/telemetry/exposition/text-page.ts';

test('a page is what was added to it, however much it was and in whatever script', () => {
  const page = new TextPage();
  expect(page.bytes().length).toBe(0);
  const words = ['up 1\n', 'Größe', '数据集', '🚀', '', 'x'.repeat(20_000), '数'.repeat(100_000)];
  let all = '';
  for (let i = 0; i < 3000; i++) {
    const text = words[i % 1000 < words.length ? i % 1000 : i % 5] as string;
    page.add(text);
    all += text;
  }
  expect(page.bytes().equals(Buffer.from(all))).toBe(true);
});
