import type { ComponentChildren, Ref } from 'preact';

interface ScrollProps {
  /** For those who do not see what is in it. */
  readonly label: string;
  readonly box?: Ref<HTMLDivElement>;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** What may be wider or higher than there is room for. */
export function Scroll({ label, box, class: kind = '', children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what it can reach
    <div ref={box ?? null} class={`scroll ${kind}`} role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
