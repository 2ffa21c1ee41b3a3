import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import { Scroll } from './scroll.tsx';

interface VirtualRowsProps {
  readonly caption: string;
  readonly count: number;
  /** Of a row, in pixels: all are equally high. */
  readonly height: number;
  /** The cells of the heading. */
  readonly head: ComponentChildren;
  row(index: number): ComponentChildren;
}

/** A table of which only those rows are there that are in sight, so that a thousand are as quick as ten. */
export function VirtualRows({ caption, count, height, head, row }: VirtualRowsProps) {
  const [, redraw] = useReducer<number, undefined>((drawn) => drawn + 1, 0);
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useMemo(
    () =>
      new Virtualizer<HTMLDivElement, Element>({
        count,
        getScrollElement: () => box.current,
        estimateSize: () => height,
        scrollToFn: elementScroll,
        observeElementRect,
        observeElementOffset,
        overscan: 6,
        onChange: () => redraw(undefined),
      }),
    [],
  );
  virtualizer.setOptions({ ...virtualizer.options, count, estimateSize: () => height });
  useEffect(() => virtualizer._didMount(), [virtualizer]);
  useEffect(() => virtualizer._willUpdate());
  const items = virtualizer.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <Scroll label={caption} box={box} class="tall">
      <table aria-rowcount={count + 1} style={{ marginTop: `${above}px`, marginBottom: `${below}px` }}>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr aria-rowindex={1}>{head}</tr>
        </thead>
        <tbody>
          {items.map(({ index, key }) => (
            <tr key={key} aria-rowindex={index + 2} style={{ height: `${height}px` }}>
              {row(index)}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
