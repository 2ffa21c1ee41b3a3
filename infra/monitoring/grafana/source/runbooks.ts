import { UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import type { TextPanel } from './panel.ts';

/**
 * docs/runbooks.md as a dashboard, so that the link in an alert leads to its section without another server.
 * Panels are numbered in the document's order; the alerts' `runbook_url` name these numbers, and a test compares.
 * @param markdown `##` opens a row, `###` an alert's section
 */
export function runbooks(markdown: string): DashboardSpec {
  const sections = markdown
    .split(/^## /m)
    .slice(1)
    .map((part): Section => {
      const [heading = '', ...alerts] = part.split(/^### /m);
      return { title: heading.split('\n', 1)[0] ?? '', panels: alerts.map(runbookPanel) };
    });
  return {
    uid: UIDS.runbooks,
    title: 'Runbooks',
    description: 'What each alert means and what to do. Made from docs/runbooks.md.',
    from: 'now-1h',
    variables: 'none',
    sections,
  };
}

/** @returns the address of an alert's section; throws for an alert that has none */
export function runbookOf({ uid, sections }: DashboardSpec): (alert: string) => string {
  const titles = sections.flatMap(({ panels }) => panels.map(({ title }) => title));
  return (alert) => {
    const index = titles.indexOf(alert);
    if (index === -1) throw new Error(`docs/runbooks.md has no section ${alert}`);
    return `/d/${uid}?viewPanel=panel-${index + 1}`;
  };
}

function runbookPanel(section: string): TextPanel {
  const [title = '', ...body] = section.split('\n');
  return {
    kind: 'text',
    title,
    description: `What to do when ${title} fires.`,
    width: 12,
    height: 10,
    markdown: body.join('\n').trim(),
  };
}
