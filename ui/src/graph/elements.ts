/** The drawing as the renderer's elements. */
import type { ElementDefinition } from 'cytoscape';
import { clock, count, dateTime } from '../time/format';
import type { Key, Measure } from '../state/state';
import { words, type Drawing, type DrawnEdge } from './model';

const MAX_LABEL = 60;

/** Relations in one picture beyond which only chosen ones carry their text: measuring it is half of the drawing. */
const MANY = 150;

/** Long names and control characters of log text would break the picture. */
export function plain(text: string, most = MAX_LABEL): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

export function hopLabel(edge: DrawnEdge): string {
  const hop = edge.hop;
  if (!hop) return '';
  const how = hop.technique ?? (hop.logonType === null ? 'logon' : `logon type ${hop.logonType}`);
  const when = hop.start === null ? 'possible' : clock(hop.start);
  return [`${edge.step} · ${when}`, plain(hop.user, 34), plain(how, 34)].filter(Boolean).join('\n');
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
  const span = Math.abs(to - from);
  const far = span > 2 ? ' far farther' : span > 1 ? ' far' : '';
  return (from < to ? 'beside' : 'beside against') + far;
}

/** What is said about entities besides the telemetry: a sign behind the name, a class, what the analytics rank it. */
export interface Marking {
  sign: (key: Key) => { sign: string; className: string } | null;
  rank: (key: Key) => number;
}

const UNMARKED: Marking = { sign: () => null, rank: () => 0 };

/** How large nodes are drawn, by what their size stands for. */
export function sizes(drawing: Drawing, measure: Measure, rank: Marking['rank']): (key: Key) => number {
  if (measure === 'none') return () => 34;
  const grade = grades(drawing, measure, rank);
  return (key) => Math.round(24 + 40 * grade(key));
}

/** Where entities stand by a measure, 0 to 1 for the most in the picture, on a logarithmic scale. */
export function grades(drawing: Drawing, measure: Measure, rank: Marking['rank']): (key: Key) => number {
  const neighbours = new Map<Key, Set<Key>>();
  const relations = new Map<Key, number>();
  for (const { start, end, relationships } of drawing.edges) {
    for (const [key, other] of [
      [start, end],
      [end, start],
    ] as const) {
      neighbours.set(key, (neighbours.get(key) ?? new Set()).add(other));
      relations.set(key, (relations.get(key) ?? 0) + relationships);
    }
  }
  const value = (key: Key): number => {
    if (measure === 'rank') return rank(key);
    return measure === 'neighbours' ? (neighbours.get(key)?.size ?? 0) : (relations.get(key) ?? 0);
  };
  const most = Math.max(1, ...drawing.nodes.map((node) => value(node.key)));
  return (key) => Math.log1p(value(key)) / Math.log1p(most);
}

export function elements(
  drawing: Drawing,
  { size, colour }: { size: Measure; colour: Measure } = { size: 'none', colour: 'none' },
  marking: Marking = UNMARKED,
): ElementDefinition[] {
  const sized = sizes(drawing, size, marking.rank);
  const heat = colour === 'none' ? null : grades(drawing, colour, marking.rank);
  const nodes = drawing.nodes.map((node) => {
    const mark = marking.sign(node.key);
    return {
      group: 'nodes' as const,
      data: {
        id: node.key,
        label: `${mark ? `${mark.sign} ` : ''}${plain(node.label, 34)}`,
        kind: node.kind,
        stub: node.stub,
        // Always given: an element keeps data that it is not told to drop.
        heat: heat?.(node.key) ?? -1,
        size: size === 'none' && node.onPath ? 42 : sized(node.key),
      },
      classes: [node.faded ? 'faded' : '', node.onPath ? 'path' : '', mark?.className ?? '']
        .filter(Boolean)
        .join(' '),
    };
  });
  const groups = drawing.groups.map(({ key, group, faded }) => ({
    group: 'nodes' as const,
    data: { id: key, label: `${plain(group.name, 34)} (${group.keys.length})`, kind: 'group', size: 34 },
    classes: faded ? 'fold group faded' : 'fold group',
  }));
  const folds = drawing.folds.flatMap(({ key, fold, label }) => [
    {
      group: 'nodes' as const,
      data: { id: key, label: `+ ${label}`, kind: 'fold', size: 34 },
      classes: 'fold',
    },
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
  const many = drawing.edges.length > MANY;
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
      edge.hop?.confidence && edge.hop.confidence !== 'observed' ? 'correlated' : '',
      many && !edge.hop ? 'many' : '',
    ]
      .join(' ')
      .trim(),
  }));
  return [...nodes, ...groups, ...folds, ...edges];
}

/** One sentence about the picture, for screen readers. */
export function summary(drawing: Drawing): string {
  const hops = drawing.edges.filter((edge) => edge.hop);
  const parts = [`${drawing.nodes.length} entities and ${drawing.edges.length} relations`];
  const groups = drawing.folds.length + drawing.groups.length;
  if (groups) parts.push(`${groups} groups`);
  const first = hops[0]?.hop;
  if (first) parts.push(`attack path of ${hops.length} hops from ${dateTime(first.start)}`);
  return parts.join(', ');
}
