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
    uid: 'mlops-backend-runbooks',
    title: 'Runbooks',
    description: 'What each alert means and what to do. Made from docs/runbooks.md.',
    from: 'now-1h',
    variables: 'none',
    sections,
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
