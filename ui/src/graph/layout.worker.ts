/** Layout off the main thread: layered left to right for paths, force-directed for everything else. */
import * as dagre from '@dagrejs/dagre';
import cytoscape from 'cytoscape';
import fcose from 'cytoscape-fcose';
import { disc, newcomers } from './disc';
import { spread } from './spread';
import type { LayoutRequest, LayoutAnswer, Point } from './layout';

cytoscape.use(fcose as unknown as cytoscape.Ext);

/** The same graph must get the same picture: fcose draws lots, so they come from a fixed seed. */
function seed(value: number): void {
  let state = value >>> 0;
  Math.random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function layered(request: LayoutRequest): Record<string, Point> {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 46, ranksep: 210, marginx: 20, marginy: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of request.nodes) graph.setNode(node.key, { width: 70, height: 70 });
  request.edges.forEach(([from, to], index) => graph.setEdge(from, to, {}, String(index)));
  dagre.layout(graph);
  return Object.fromEntries(
    graph.nodes().map((key) => {
      const { x, y } = graph.node(key) as Point;
      return [key, { x, y }];
    }),
  );
}

function force(request: LayoutRequest): Record<string, Point> {
  const fixed = request.nodes.filter((node) => node.at);
  const star = newcomers(request.nodes, request.edges);
  const anchor = fixed.find((node) => node.key === star?.anchor)?.at;
  if (star && anchor) {
    const others = fixed.map((node) => node.at!);
    const places = disc(anchor, star.keys.length, others);
    return Object.fromEntries(star.keys.map((key, index) => [key, places[index]!]));
  }
  seed(request.nodes.length);
  const cy = cytoscape({
    headless: true,
    styleEnabled: true,
    style: [{ selector: 'node', style: { width: 56, height: 56 } }],
    elements: [
      ...request.nodes.map((node) => ({
        data: { id: node.key },
        ...(node.at ? { position: { ...node.at } } : {}),
      })),
      ...request.edges.map(([source, target], index) => ({ data: { id: `e${index}`, source, target } })),
    ],
  });
  placeNear(cy, request);
  const options = {
    name: 'fcose',
    animate: false,
    quality: request.nodes.length > 600 ? 'draft' : 'default',
    randomize: fixed.length === 0,
    nodeSeparation: 110,
    idealEdgeLength: () => 120,
    nodeRepulsion: () => 9000,
    packComponents: fixed.length === 0,
    ...(fixed.length
      ? { fixedNodeConstraint: fixed.map((node) => ({ nodeId: node.key, position: node.at })) }
      : {}),
  };
  cy.layout(options as unknown as cytoscape.LayoutOptions).run();
  const positions = Object.fromEntries(cy.nodes().map((node) => [node.id(), { ...node.position() }]));
  cy.destroy();
  return spread(positions, new Set(request.nodes.filter((node) => !node.at).map((node) => node.key)));
}

/** New nodes begin beside a neighbour that has its place, so that they don't cross the whole picture. */
function placeNear(cy: cytoscape.Core, request: LayoutRequest): void {
  const placed = new Set(request.nodes.filter((node) => node.at).map((node) => node.key));
  if (placed.size === 0) return;
  let turn = 0;
  for (const node of request.nodes) {
    if (node.at) continue;
    const anchor = cy
      .getElementById(node.key)
      .neighborhood()
      .nodes()
      .toArray()
      .find((n) => placed.has(n.id()));
    const at = anchor ? (anchor as cytoscape.NodeSingular).position() : { x: 0, y: 0 };
    turn += 2.399963; // the golden angle spreads them evenly
    cy.getElementById(node.key).position({ x: at.x + 130 * Math.cos(turn), y: at.y + 130 * Math.sin(turn) });
  }
}

self.onmessage = (event: MessageEvent<LayoutRequest>) => {
  const request = event.data;
  const positions =
    request.nodes.length === 0 ? {} : request.mode === 'layered' ? layered(request) : force(request);
  const answer: LayoutAnswer = { id: request.id, positions };
  self.postMessage(answer);
};
