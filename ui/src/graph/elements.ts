/** The drawing as the renderer's elements. */
import type { ElementDefinition } from 'cytoscape';
import { clock, count, dateTime } from '../time/format';
import { words, type Drawing, type DrawnEdge } from './model';

const MAX_LABEL = 60;

/** Long names and control characters of log text would break the picture. */
export function plain(text: string, most = MAX_LABEL): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

export function hopLabel(edge: DrawnEdge): string {
  const hop = edge.hop;
  if (!hop) return '';
  const how = hop.technique ?? (hop.logonType === null ? 'logon' : `logon type ${hop.logonType}`);
  return [`${edge.step} · ${clock(hop.start)}`, plain(hop.user, 34), plain(how, 34)].join('\n');
}

export function edgeLabel(edge: DrawnEdge): string {
  if (edge.hop) return hopLabel(edge);
  return edge.relationships > 1
    ? `${words(edge.relation)} ×${count(edge.relationships)}`
    : words(edge.relation);
}

/** Both directions bend below the line: the text of the hops stands above it. */
function beside(order: ReadonlyMap<string, number>, edge: DrawnEdge): string {
  const [from, to] = [order.get(edge.start), order.get(edge.end)];
  if (from === undefined || to === undefined) return '';
  const far = Math.abs(to - from) > 1 ? ' far' : '';
  return (from < to ? 'beside' : 'beside against') + far;
}

export function elements(drawing: Drawing): ElementDefinition[] {
  const nodes = drawing.nodes.map((node) => ({
    group: 'nodes' as const,
    data: { id: node.key, label: plain(node.label, 34), kind: node.kind, stub: node.stub },
    classes: [node.faded ? 'faded' : '', node.onPath ? 'path' : ''].join(' ').trim(),
  }));
  const folds = drawing.folds.flatMap(({ key, fold, label }) => [
    { group: 'nodes' as const, data: { id: key, label: `+ ${label}`, kind: 'fold' }, classes: 'fold' },
    {
      group: 'edges' as const,
      data: {
        id: `of:${key}`,
        source: fold.outgoing ? fold.of : key,
        target: fold.outgoing ? key : fold.of,
        label: words(fold.relation),
        width: 1.2,
      },
      classes: 'fold',
    },
  ]);
  // What else runs between the machines of a path goes round its hops, whose text needs the room.
  const order = new Map<string, number>();
  for (const { hop } of drawing.edges) {
    for (const key of hop ? [hop.from, hop.to] : []) if (!order.has(key)) order.set(key, order.size);
  }
  const edges = drawing.edges.map((edge) => ({
    group: 'edges' as const,
    data: {
      id: edge.key,
      source: edge.start,
      target: edge.end,
      relation: edge.relation,
      label: edgeLabel(edge),
      width: 1.2 + Math.min(3, Math.log10(Math.max(1, edge.relationships))),
    },
    classes: [
      edge.faded ? 'faded' : '',
      edge.hop ? 'hop' : beside(order, edge),
      edge.hop?.confidence === 'correlated' || edge.hop?.confidence === 'inferred' ? 'correlated' : '',
    ]
      .join(' ')
      .trim(),
  }));
  return [...nodes, ...folds, ...edges];
}

/** One sentence about the picture, for screen readers. */
export function summary(drawing: Drawing): string {
  const hops = drawing.edges.filter((edge) => edge.hop);
  const parts = [`${drawing.nodes.length} entities and ${drawing.edges.length} relations`];
  if (drawing.folds.length) parts.push(`${drawing.folds.length} groups`);
  const first = hops[0]?.hop;
  if (first) parts.push(`attack path of ${hops.length} hops from ${dateTime(first.start)}`);
  return parts.join(', ');
}
