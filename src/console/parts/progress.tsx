interface ProgressProps {
  readonly label: string;
  /** 0 … 1; undefined: nobody knows how far it is. */
  readonly value: number | undefined;
}

export function Progress({ label, value }: ProgressProps) {
  return <progress aria-label={label} {...(value !== undefined && { value, max: 1 })} />;
}
