/** One glyph per kind, drawn in a 24 × 24 box; shape and glyph tell kinds apart without colour. */

export interface KindStyle {
  colour: string;
  shape: string;
  path: string;
}

const OTHER: KindStyle = { colour: '#4b5563', shape: 'ellipse', path: 'M12 6v7M12 17v.5' };

export const KIND_STYLES: Record<string, KindStyle> = {
  User: {
    colour: '#2461c2',
    shape: 'ellipse',
    path: 'M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M5.5 19c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5',
  },
  Machine: { colour: '#3f4f66', shape: 'round-rectangle', path: 'M4.5 6h15v9.5h-15zM9 19h6M12 15.5V19' },
  Process: { colour: '#0b6f66', shape: 'round-diamond', path: 'M8 8l4 4-4 4M13.5 16H17' },
  IP: {
    colour: '#8a5a00',
    shape: 'hexagon',
    path: 'M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14M5 12h14M12 5c3 4 3 10 0 14M12 5c-3 4-3 10 0 14',
  },
  Domain: {
    colour: '#a3235f',
    shape: 'octagon',
    path: 'M5 12h14M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14M6 8.5h12M6 15.5h12',
  },
  URL: {
    colour: '#a3235f',
    shape: 'round-octagon',
    path: 'M10 14a3.5 3.5 0 0 0 5 0l2.5-2.5a3.5 3.5 0 0 0-5-5M14 10a3.5 3.5 0 0 0-5 0l-2.5 2.5a3.5 3.5 0 0 0 5 5',
  },
  File: { colour: '#6534b8', shape: 'tag', path: 'M7 4.5h6.5L17 8v11.5H7zM13.5 4.5V8H17' },
  RegistryKey: {
    colour: '#57606e',
    shape: 'cut-rectangle',
    path: 'M5 5h6v6H5zM13 13h6v6h-6zM13 5h6v6h-6zM5 13h6v6H5z',
  },
  Service: {
    colour: '#4a6b12',
    shape: 'pentagon',
    path: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 5v2.5M12 16.5V19M5 12h2.5M16.5 12H19',
  },
  ScheduledTask: {
    colour: '#4a6b12',
    shape: 'heptagon',
    path: 'M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14M12 8.5V12l2.5 2',
  },
  Share: { colour: '#7a4e2d', shape: 'barrel', path: 'M4.5 7.5h5l1.5 2h8.5v8h-15z' },
  Realm: {
    colour: '#4a5fa8',
    shape: 'barrel',
    path: 'M7.5 17.5a4 4 0 0 1-.3-8 5 5 0 0 1 9.6.7 3.7 3.7 0 0 1 .2 7.3z',
  },
  Alert: { colour: '#b01f1f', shape: 'triangle', path: 'M12 9.5v5M12 17v.5' },
  Client: { colour: '#334155', shape: 'rectangle', path: 'M6 19V6h12v13M9 9h2M13 9h2M9 13h2M13 13h2' },
};

export function kindStyle(kind: string): KindStyle {
  return KIND_STYLES[kind] ?? OTHER;
}

/** The glyph as a picture for the canvas; built from our own constants only. */
export function glyphUrl(kind: string): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="48" height="48">` +
    `<path d="${kindStyle(kind).path}" fill="none" stroke="#fff" stroke-width="1.8" ` +
    `stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}

/** `ScheduledTask` as `Scheduled task`. */
export function kindName(kind: string, n = 1): string {
  const name = kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  const word =
    name.length > 3
      ? name.charAt(0) + name.slice(1).replace(/ ([A-Z])(?=[a-z])/, (_, c: string) => ` ${c.toLowerCase()}`)
      : name;
  if (n === 1) return word;
  if (word === 'Process' || word === 'IP') return `${word === 'IP' ? 'IP addresse' : 'Processe'}s`;
  return `${word}s`;
}
