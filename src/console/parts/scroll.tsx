import type { ComponentChildren, Ref } from 'preact';

interface ScrollProps {
  /** For those who do not see what is in it. */
  readonly label: string;
  readonly box?: Ref<HTMLElement>;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** What may be wider or higher than there is room for. */
export function Scroll({ label, box, class: kind = '', children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what it can reach
    <section ref={box ?? null} class={`scroll ${kind}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
