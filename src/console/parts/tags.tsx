import { to } from '../router.ts';

export type TagsByName = Readonly<Record<string, string>>;

/** As a list is asked for it: a word, or a name and its value. */
export const tagText = (name: string, value: string): string => (value === '' ? name : `${name}:${value}`);

interface TagsProps {
  readonly of: TagsByName;
  /** Where the others are that have such a tag. */
  readonly list: string;
}

/** What people tagged something with; each leads to all that have it. */
export function Tags({ of: tags, list }: TagsProps) {
  return Object.entries(tags).map(([name, value]) => {
    const tag = tagText(name, value);
    return (
      <a key={name} class="badge tag" href={to([list], { tag })}>
        {tag}
      </a>
    );
  });
}
