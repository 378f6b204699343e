/** The process tree's layout: left to right, one row per process. */
import { hierarchy, tree } from 'd3-hierarchy';
import type { TreeAnswer } from '../api/client';

export type TreeProcess = TreeAnswer['nodes'][number];

export interface Placed {
  process: TreeProcess;
  x: number;
  y: number;
  depth: number;
  from: { x: number; y: number } | null;
}

export const COLUMN = 270;
export const ROW = 46;

interface Branch {
  process: TreeProcess;
  children: Branch[];
}

/** Positions of all processes, with height and width of the whole. */
export function place(answer: TreeAnswer): { placed: Placed[]; width: number; height: number } {
  const branches = new Map(answer.nodes.map((process) => [process.id, { process, children: [] } as Branch]));
  for (const branch of branches.values()) {
    if (branch.process.parent) branches.get(branch.process.parent)?.children.push(branch);
  }
  const root = branches.get(answer.root);
  if (!root) return { placed: [], width: 0, height: 0 };
  const laid = tree<Branch>()
    .nodeSize([ROW, COLUMN])
    .separation(() => 1)(hierarchy(root));
  const nodes = laid.descendants();
  const top = Math.min(...nodes.map((node) => node.x));
  const at = (node: { x: number; y: number }) => ({ x: node.y + 16, y: node.x - top + ROW / 2 });
  const placed = nodes.map((node) => ({
    process: node.data.process,
    ...at(node),
    depth: node.depth,
    from: node.parent ? at(node.parent) : null,
  }));
  return {
    placed,
    width: Math.max(...placed.map((node) => node.x)) + COLUMN,
    height: Math.max(...placed.map((node) => node.y)) + ROW,
  };
}

/** `3 files, 1 network` from a process's badges. */
export function badges(process: TreeProcess): string[] {
  const names: Record<string, [string, string]> = {
    network: ['connection', 'connections'],
    file: ['file', 'files'],
    registry: ['registry', 'registry'],
    process: ['access', 'accesses'],
    install: ['install', 'installs'],
    child: ['child', 'children'],
  };
  return Object.entries(names).flatMap(([name, [one, many]]) => {
    const n = process.badges[name];
    return n ? [`${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`] : [];
  });
}
