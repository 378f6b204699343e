/** What a drawing can be saved as. */
export type Format = 'png' | 'svg' | 'json' | 'csv' | 'graphml' | 'pyvis' | 'timesketch';

/** What is drawn as files: SVG with text as text, JSON, CSV that no spreadsheet runs, GraphML. */
import { toIso } from '../time/format';
import { edgeLabel, plain } from './elements';
import { kindStyle } from './icons';
import type { Point } from './layout';
import type { Drawing } from './model';

export function download(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A cell that a spreadsheet takes for text: what begins like a formula gets an apostrophe. */
export function cell(value: string): string {
  const risky =
    /^[\s"'\u0000\ufeff]*[=+\-@\t\r\n\u0000\uff1d\uff0b\uff0d\uff20|%]/.test(value) ||
    /^[\t\r\n\u0000]/.test(value);
  const safe = (risky ? `'${value}` : value).replaceAll('\u0000', '');
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(rows: readonly (readonly string[])[]): string {
  return `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

const time = (micros: number | null): string => (micros === null ? '' : toIso(micros));

export function asCsv(drawing: Drawing): string {
  const names = new Map(drawing.nodes.map((node) => [node.key, node.label]));
  const head = [
    'from',
    'from_key',
    'relation',
    'to',
    'to_key',
    'count',
    'first',
    'last',
    'account',
    'technique',
  ];
  const rows = drawing.edges.map((edge) => [
    names.get(edge.start) ?? '',
    edge.start,
    edge.relation,
    names.get(edge.end) ?? '',
    edge.end,
    String(edge.relationships),
    time(edge.first),
    time(edge.last),
    edge.hop?.user ?? '',
    edge.hop?.technique ?? '',
  ]);
  return csv([head, ...rows]);
}

export function asJson(drawing: Drawing): string {
  const nodes = drawing.nodes.map(({ kind, id, label, renamed, detail, first, last }) => ({
    kind,
    id,
    label,
    ...(renamed === null ? {} : { name_in_logs: renamed }),
    detail,
    first_seen: first === null ? null : toIso(first),
    last_seen: last === null ? null : toIso(last),
  }));
  const edges = drawing.edges.map((edge) => ({
    start: edge.start,
    relation: edge.relation,
    end: edge.end,
    relationships: edge.relationships,
    first: edge.first === null ? null : toIso(edge.first),
    last: edge.last === null ? null : toIso(edge.last),
    hop: edge.hop ? { step: edge.step, user: edge.hop.user, technique: edge.hop.technique } : null,
  }));
  const groups = drawing.folds.map(({ fold }) => fold);
  return JSON.stringify({ nodes, edges, groups }, null, 2);
}

/** Text for XML: markup escaped, characters XML does not allow left out. */
export function xml(text: string): string {
  return text

    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '',
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function asGraphml(drawing: Drawing): string {
  const keys = ['label', 'kind', 'detail', 'first_seen', 'last_seen'].map(
    (name) => `<key id="n_${name}" for="node" attr.name="${name}" attr.type="string"/>`,
  );
  const edgeKeys = ['relation', 'first', 'last', 'account', 'technique'].map(
    (name) => `<key id="e_${name}" for="edge" attr.name="${name}" attr.type="string"/>`,
  );
  const data = (prefix: string, values: Record<string, string>): string =>
    Object.entries(values)
      .filter(([, value]) => value)
      .map(([name, value]) => `<data key="${prefix}_${name}">${xml(value)}</data>`)
      .join('');
  const nodes = drawing.nodes.map(
    (n) =>
      `<node id="${xml(n.key)}">${data('n', { label: n.label, kind: n.kind, detail: n.detail, first_seen: time(n.first), last_seen: time(n.last) })}</node>`,
  );
  const edges = drawing.edges.map(
    (e) =>
      `<edge source="${xml(e.start)}" target="${xml(e.end)}">${data('e', { relation: e.relation, first: time(e.first), last: time(e.last), account: e.hop?.user ?? '', technique: e.hop?.technique ?? '' })}<data key="e_count">${e.relationships}</data></edge>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...keys,
    ...edgeKeys,
    '<key id="e_count" for="edge" attr.name="count" attr.type="long"/>',
    '<graph edgedefault="directed">',
    ...nodes,
    ...edges,
    '</graph>',
    '</graphml>',
  ].join('\n');
}

/** The picture as SVG, drawn from the model and the positions on screen. */
export function asSvg(drawing: Drawing, at: ReadonlyMap<string, Point>, dark: boolean): string {
  const colours = dark
    ? { back: '#121820', text: '#e4eaf2', edge: '#5f6d7f', attack: '#ff9a6b' }
    : { back: '#fafbfc', text: '#17202c', edge: '#8e99a8', attack: '#b83a0e' };
  const points = [...at.values()];
  const [left, top] = [
    Math.min(0, ...points.map((p) => p.x)) - 120,
    Math.min(0, ...points.map((p) => p.y)) - 80,
  ];
  const width = Math.max(200, ...points.map((p) => p.x)) + 120 - left;
  const height = Math.max(120, ...points.map((p) => p.y)) + 80 - top;
  const lines = drawing.edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.start), at.get(edge.end)];
    if (!from || !to) return [];
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
    const [x1, y1, x2, y2] = [from.x + ux * 22, from.y + uy * 22, to.x - ux * 26, to.y - uy * 26];
    const colour = edge.hop ? colours.attack : colours.edge;
    const label = edgeLabel(edge).split('\n');
    const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2 - (label.length - 1) * 7 - 4];
    const spans = label.map(
      (line, i) => `<tspan x="${mx.toFixed(1)}" dy="${i ? 13 : 0}">${xml(line)}</tspan>`,
    );
    return [
      `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}" stroke-width="${edge.hop ? 3 : 1.3}" marker-end="url(#${edge.hop ? 'hop' : 'end'})"/>`,
      `<text x="${mx.toFixed(1)}" y="${my.toFixed(1)}" font-size="${edge.hop ? 11 : 9}" fill="${colours.text}">${spans.join('')}</text>`,
    ];
  });
  const label = (x: number, y: number, text: string): string =>
    `<text x="${x.toFixed(1)}" y="${(y + 33).toFixed(1)}" font-size="11" fill="${colours.text}">${xml(plain(text))}</text>`;
  const nodes = drawing.nodes.flatMap((node) => {
    const p = at.get(node.key);
    if (!p) return [];
    const style = kindStyle(node.kind);
    return [
      `<g><title>${xml(`${node.kind} ${node.detail}`)}</title><circle cx="${p.x.toFixed(1)}" cy="${p.y.toFixed(1)}" r="18" fill="${style.colour}"${node.onPath ? ` stroke="${colours.attack}" stroke-width="3"` : ''}/>`,
      `<path transform="translate(${(p.x - 12).toFixed(1)} ${(p.y - 12).toFixed(1)})" d="${style.path}" fill="none" stroke="#fff" stroke-width="1.8"/></g>`,
      label(p.x, p.y, node.label),
    ];
  });
  const folds = drawing.folds.flatMap(({ key, label: text }) => {
    const p = at.get(key);
    return p ? [label(p.x, p.y - 33, `+ ${text}`)] : [];
  });
  const marker = (id: string, colour: string): string =>
    `<marker id="${id}" viewBox="0 0 10 10" refX="6" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0 10 5 0 10z" fill="${colour}"/></marker>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" text-anchor="middle">`,
    `<defs>${marker('end', colours.edge)}${marker('hop', colours.attack)}</defs>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${colours.back}"/>`,
    ...lines,
    ...nodes,
    ...folds,
    '</svg>',
  ].join('\n');
}
