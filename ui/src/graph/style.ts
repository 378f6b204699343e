/** How the drawn graph looks, from the theme's tokens. */
import type cytoscape from 'cytoscape';
import { glyphUrl, KIND_STYLES } from './icons';

type Rule = cytoscape.StylesheetJson[number];

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The style sheet; `scale` enlarges text when the picture is far away. */
export function stylesheet(scale = 1): cytoscape.StylesheetJson {
  const text = token('--text');
  const canvas = token('--canvas');
  const attack = token('--attack');
  const accent = token('--accent');
  const font = getComputedStyle(document.body).fontFamily;
  const kinds: Rule[] = Object.entries(KIND_STYLES).map(([kind, style]) => ({
    selector: `node[kind = "${kind}"]`,
    style: {
      shape: style.shape,
      'background-color': style.colour,
      'background-image': glyphUrl(kind),
    } as cytoscape.Css.Node,
  }));
  return [
    {
      selector: 'node',
      style: {
        width: 'data(size)',
        height: 'data(size)',
        label: 'data(label)',
        color: text,
        'font-family': font,
        'font-size': 11 * scale,
        'text-valign': 'bottom',
        'text-margin-y': 5,
        'text-wrap': 'ellipsis',
        'text-max-width': `${150 * scale}px`,
        'text-background-color': canvas,
        'text-background-opacity': 0.8,
        'text-background-padding': '1px',
        'min-zoomed-font-size': 7,
        'background-color': '#4b5563',
        'background-fit': 'none',
        'background-width': '62%',
        'background-height': '62%',
        'border-width': 0,
        'overlay-opacity': 0,
      },
    },
    ...kinds,
    {
      selector: 'node[kind = "Alert"]',
      style: { 'background-height': '56%', 'background-position-y': '70%' },
    },
    {
      // White signs stay readable on either end.
      selector: 'node[heat >= 0]',
      style: { 'background-color': 'mapData(heat, 0, 1, #55606e, #b3201f)' } as cytoscape.Css.Node,
    },
    {
      selector: 'node[?stub]',
      style: {
        'background-opacity': 0.55,
        'border-width': 1.5,
        'border-style': 'dashed',
        'border-color': text,
      },
    },
    {
      selector: 'node.fold',
      style: {
        shape: 'round-rectangle',
        width: 'label',
        height: 20,
        padding: '5px',
        label: 'data(label)',
        'text-valign': 'center',
        'text-margin-y': 0,
        'text-background-opacity': 0,
        'background-color': canvas,
        'background-image': 'none',
        'border-width': 1.5,
        'border-style': 'dashed',
        'border-color': token('--line-strong'),
      },
    },
    {
      selector: 'node.group',
      style: { 'border-style': 'double', 'border-width': 5, 'font-weight': 600, height: 24 },
    },
    {
      selector: 'node.malicious',
      style: { 'border-width': 4, 'border-style': 'double', 'border-color': token('--danger') },
    },
    {
      selector: 'node.benign',
      style: { 'border-width': 2, 'border-style': 'solid', 'border-color': token('--ok') },
    },
    {
      selector:
        'node[kind = "User"], node[kind = "Machine"], node[kind = "IP"], node.fold, node.path, node.malicious',
      style: { 'min-zoomed-font-size': 0 },
    },
    {
      selector: 'node.path',
      style: {
        'border-width': 3,
        'border-color': attack,
        'font-weight': 600,
        'font-size': 12 * scale,
      },
    },
    {
      selector: 'node:selected',
      style: { 'border-width': 4, 'border-color': accent, 'border-style': 'solid' },
    },
    {
      selector: 'edge',
      style: {
        width: 'data(width)',
        'line-color': token('--edge'),
        'target-arrow-color': token('--edge'),
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.8,
        'curve-style': 'bezier',
        'control-point-step-size': 44,
        label: 'data(label)',
        color: token('--muted'),
        'font-family': font,
        'font-size': 9.5 * scale,
        'text-rotation': 'autorotate',
        'text-background-color': canvas,
        'text-background-opacity': 0.88,
        'text-background-padding': '1px',
        'min-zoomed-font-size': 8,
        'overlay-opacity': 0,
      },
    },
    { selector: 'edge.many', style: { label: '' } },
    { selector: 'edge.many:selected, edge.many.near', style: { label: 'data(label)' } },
    {
      selector: 'edge[relation = "FAILED_LOGON"]',
      style: {
        'line-style': 'dashed',
        'line-color': token('--danger'),
        'target-arrow-color': token('--danger'),
      },
    },
    {
      selector: 'edge[relation = "REMOTE_LOGON"]',
      style: { 'line-color': token('--accent'), 'target-arrow-color': token('--accent') },
    },
    {
      selector: 'edge.fold',
      style: { 'line-style': 'dashed', 'target-arrow-shape': 'none', label: 'data(label)' },
    },
    {
      selector: 'edge.hop',
      style: {
        width: 3.5,
        'line-color': attack,
        'target-arrow-color': attack,
        'arrow-scale': 1.2,
        color: text,
        'font-size': 11 * Math.min(1.5, scale),
        'text-wrap': 'wrap',
        'text-rotation': 'none',
        'text-background-opacity': 0.95,
        'text-background-padding': '3px',
        'text-background-shape': 'round-rectangle',
        'line-height': 1.3,
        'min-zoomed-font-size': 5,
        'z-index': 10,
        'curve-style': 'straight',
        // Above the line, so that the arrow itself is never covered.
        'text-margin-y': -34 * Math.min(1.5, scale),
        'text-max-width': '190px',
      },
    },
    {
      selector: 'edge.beside',
      style: {
        'curve-style': 'unbundled-bezier',
        'control-point-distances': 90,
        'control-point-weights': 0.5,
      },
    },
    { selector: 'edge.against', style: { 'control-point-distances': -140 } },
    { selector: 'edge.far', style: { 'control-point-distances': 230 } },
    { selector: 'edge.farther', style: { 'control-point-distances': 300 } },
    { selector: 'edge.against.far', style: { 'control-point-distances': -300 } },
    { selector: 'edge.correlated', style: { 'line-style': 'dashed' } },
    {
      selector: 'edge:selected',
      style: { 'underlay-color': accent, 'underlay-opacity': 0.3, 'underlay-padding': 6, 'z-index': 11 },
    },
    {
      selector: 'node.marked',
      style: {
        'underlay-color': accent,
        'underlay-opacity': 0.35,
        'underlay-padding': 7,
        'underlay-shape': 'ellipse',
      },
    },
    { selector: '.later', style: { opacity: 0.12, 'text-opacity': 0 } },
    { selector: 'edge.now', style: { width: 6 } },
    { selector: '.faded', style: { opacity: 0.16, 'text-opacity': 0.35 } },
    { selector: '.dim', style: { opacity: 0.25 } },
  ] as cytoscape.StylesheetJson;
}
