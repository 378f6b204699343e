/** The one way to the server. Shapes are generated from its OpenAPI document (`npm run types`). */
import { busyWhile } from '../state/busy';
import { isOver, reading } from '../state/reading.svelte';
import { parseExact } from './json';
import type { components } from './schema';

type Schemas = components['schemas'];
export type NodeShape = Schemas['NodeShape'];
export type EntityShape = Schemas['EntityShape'];
export type HitShape = Schemas['HitShape'];
export type SearchGroup = Schemas['SearchGroup'];
export type CountShape = Schemas['CountShape'];
export type EdgeShape = Schemas['EdgeShape'];
export type RefShape = Schemas['RefShape'];
export type GraphAnswer = Schemas['GraphAnswer'];
export type NeighboursAnswer = Schemas['NeighboursAnswer'];
export type EvidenceAnswer = Schemas['EvidenceAnswer'];
export type EvidenceShape = Schemas['EvidenceShape'];
export type RelationshipsAnswer = Schemas['RelationshipsAnswer'];
export type TreeAnswer = Schemas['TreeAnswer'];
export type QueryAnswer = Schemas['QueryAnswer'];
export type TimelineAnswer = Schemas['TimelineAnswer'];
export type EventsAnswer = Schemas['EventsAnswer'];
export type PivotShape = Schemas['PivotShape'];
export type CaseShape = Schemas['CaseShape'];
export type ItemShape = Schemas['ItemShape'];
export type ItemsAnswer = Schemas['ItemsAnswer'];
export type JobShape = Schemas['JobShape'];
export type UploadShape = Schemas['UploadShape'];
export type IncidentsAnswer = Schemas['IncidentsAnswer'];
export type IncidentSummary = Schemas['IncidentSummary'];
export type StoryboardAnswer = Schemas['StoryboardAnswer'];
export type CardShape = Schemas['CardShape'];
export type FoldShape = Schemas['FoldShape'];
export type ArrowShape = Schemas['ArrowShape'];
export type BreakShape = Schemas['BreakShape'];
export type LaneShape = Schemas['LaneShape'];
export type TypedAnswer = Schemas['TypedAnswer'];
export type BoxShape = Schemas['BoxShape'];
export type TypedEdge = Schemas['TypedEdge'];
export type RestShape = Schemas['RestShape'];
export type ExpansionAnswer = Schemas['ExpansionAnswer'];
export type WaysAnswer = Schemas['WaysAnswer'];
export type SentenceShape = Schemas['SentenceShape'];
export type AccountName = Schemas['AccountName'];
export type LinkShape = Schemas['LinkShape'];
export type IdentityAnswer = Schemas['IdentityAnswer'];
export type StatementShape = Schemas['StatementShape'];
export type StatementRequest = Schemas['StatementRequest'];
export type MoveShape = Schemas['MoveShape'];
export type WorkShape = Schemas['WorkShape'];
export type ChangeShape = Schemas['ChangeShape'];
export type ChangesAnswer = Schemas['ChangesAnswer'];
export type DraftAnswer = Schemas['DraftAnswer'];
export type AddedRow = Schemas['AddedRow'];
export type AddedKind = Schemas['ItemRequest']['kind'];
export type ListAnswer = Schemas['ListAnswer'];
export type CommandShape = Schemas['CommandShape'];
export type NetworksAnswer = Schemas['NetworksAnswer'];
export type NetworkKind = Schemas['NetworkRequest']['kind'];
/** What the logs of each machine can show, as `graphhunt coverage --json` writes it. */
export interface CoverageAnswer {
  machines: {
    machine: string;
    first: string | null;
    last: string | null;
    channels: { channel: string; events: number }[];
    missing: Record<string, string>;
  }[];
  unseen: { machine: string; kind: string; effect: string }[];
  first: string | null;
  last: string | null;
}
/** What records say that can't be, or that others deny. */
export type ProblemShape = {
  kind: string;
  subject: string;
  time: string | null;
  text: string;
  evidence: string[];
  repaired: boolean;
};
export type AnalysisShape = Schemas['QuestionShape'];
export type DifferenceAnswer = Schemas['DifferenceAnswer'];
export type RecordedAnswer = Schemas['RecordedAnswer'];
export type MapAnswer = Schemas['MapAnswer'];
export type WhyAnswer = Schemas['WhyAnswer'];
export type SessionShape = Schemas['SessionShape'];
export type UserShape = Schemas['UserShape'];
export type TokenShape = Schemas['TokenShape'];
export type AuditLine = Schemas['AuditLine'];
export type TargetShape = Schemas['TargetShape'];
export type OverviewAnswer = Schemas['OverviewAnswer'];
export type StoryAnswer = Schemas['StoryAnswer'];
export type ProofShape = Schemas['ProofShape'];
export type NamedShape = Schemas['NamedShape'];
export type ProcessRowsAnswer = Schemas['ProcessRowsAnswer'];
export type ProcessRow = Schemas['ProcessRow'];
export type RecordsAnswer = Schemas['RecordsAnswer'];
export type RecordsRequest = Schemas['RecordsRequest'];
export type RecordItem = Schemas['RecordItem'];
export type RecordAnswer = Schemas['RecordAnswer'];
export type ItemBody = Schemas['NewItem']['body'];

/** One hop as `graphhunt paths --json` writes it. */
export interface Hop {
  from: string;
  to: string;
  user: string | null;
  logon_type: number | null;
  technique: string | null;
  /** Null for a right that no logon shows. */
  start: string | null;
  end: string | null;
  logon_id: string | null;
  evidence: string[];
  from_id?: string;
  to_id?: string;
  from_label?: string;
  to_label?: string;
  user_id?: string;
  relationship_id?: string;
  confidence?: string;
  technique_name?: string | null;
  technique_reason?: string | null;
  technique_against?: string[];
  /** What else it may have been, with the points of each. */
  alternatives?: string[];
  cause_how?: string | null;
  cause_reason?: string | null;
  cause_proved?: boolean | null;
  credential_switch?: boolean | null;
  relationship_ids?: string[];
  reasons?: string[];
  origin_process_id?: string | null;
  remote_process_id?: string | null;
  remote_process?: string | null;
}

export interface AttackPath {
  /** The hunt's score of the strongest hop; null where the hunt scored none, and without a baseline. */
  score: number | null;
  /** The most telling class of its hops; missing or null where the hunt scored none. */
  class?: string | null;
  reasons: string[];
  hops: Hop[];
}

export interface PathsAnswer {
  paths: AttackPath[];
  truncated: boolean;
  /** Why nothing was found. */
  reason?: string;
  notes?: string[];
  /** What was scored, and what a score means. */
  scope?: HuntScope | null;
  /** What a score means where it is not the hunt's. */
  meaning?: string;
}

export interface HuntScope {
  mode_meaning: string;
  scored: { from: string | null; until: string | null; hops: number };
  not_scored: Record<string, number>;
  degraded: string[];
  meaning: string;
}

export interface PathsQuery {
  from?: string | null;
  to?: string | null;
  user?: string | null;
  since?: string | null;
  until?: string | null;
  max_hops?: number;
  max_dwell_hours?: number | null;
  edges?: 'observed' | 'possible' | 'both';
  within_session?: boolean;
  k?: number;
}

/** A refusal or failure the server explained, or that it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string | null = null,
    /** What someone else made of it meanwhile, when an edit came too late. */
    readonly current: unknown = null,
    /** Which characters of a query can't be read. */
    readonly place: { at: number; length: number } | null = null,
  ) {
    super(message);
  }
}

export const BASE = './api/v1';

function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  return busyWhile(json<T>(path, init));
}

async function json<T>(path: string, init: RequestInit): Promise<T> {
  const response = await answered(path, init);
  if (response.status === 204) return undefined as T;
  return parseExact(await response.text()) as T;
}

/** A response that is well; anything else is an error with the server's words. */
async function answered(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(BASE + path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (isOver(error)) throw error;
    throw new ApiError(0, 'The server does not answer. Is graphhunt serve still running?');
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as {
    detail?: string;
    hint?: string;
    current?: unknown;
    at?: number;
    length?: number;
  };
  throw new ApiError(
    response.status,
    problem.detail ?? `The server answered ${response.status}.`,
    problem.hint ?? null,
    problem.current ?? null,
    problem.at === undefined ? null : { at: problem.at, length: problem.length ?? 1 },
  );
}

/** Fetches what only reads; it can be called off. */
function read<T>(path: string, own?: AbortSignal): Promise<T> {
  return reading.run((signal) => call<T>(path, { signal }), own);
}

/** Asks with a body for what only reads; it can be called off. */
function ask<T>(path: string, body: unknown, own?: AbortSignal): Promise<T> {
  return reading.run((signal) => post<T>(path, body, signal), own);
}

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return call<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

/** An edit names the version it is based on, so that nobody's words are lost. */
function edit<T>(
  method: 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  version: number,
  body?: unknown,
): Promise<T> {
  return call<T>(path, {
    method,
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${version}"` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : '';
}

/** The forms that a report is saved in. */
export type ReportForm = 'html' | 'md' | 'json' | 'csv' | 'stix' | 'zip';

/** A time window in the server's ISO form. */
export interface IsoWindow {
  since: string | null;
  until: string | null;
}

const entity = (ref: RefShape): string =>
  `/entities/${encodeURIComponent(ref.kind)}/${encodeURIComponent(ref.id)}`;

const reportOf = (id: string): string => `/reports/incident/${encodeURIComponent(id)}`;
const typed = (id: string): string => `/graph/incident/${encodeURIComponent(id)}`;

const told = (kind: string, id: string): string =>
  `/stories/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;

export const api = {
  session: () => call<SessionShape>('/session'),
  signIn: (name: string, password: string) => post<SessionShape>('/session', { name, password }),
  signOut: () => call<undefined>('/session', { method: 'DELETE' }),
  tokens: () => call<{ items: TokenShape[] }>('/tokens'),
  makeToken: (wanted: Schemas['NewToken']) => post<Schemas['MadeToken']>('/tokens', wanted),
  revokeToken: (id: string) => call<undefined>(`/tokens/${id}`, { method: 'DELETE' }),
  users: () => call<{ items: UserShape[] }>('/users'),
  addUser: (wanted: Schemas['NewUser']) => post<UserShape>('/users', wanted),
  editUser: (name: string, change: Schemas['UserEdit']) =>
    call<UserShape>(`/users/${encodeURIComponent(name)}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(change),
    }),
  removeUser: (name: string) => call<undefined>(`/users/${encodeURIComponent(name)}`, { method: 'DELETE' }),
  audit: (cursor: string | null) => call<Schemas['AuditAnswer']>(`/audit${query({ limit: 50, cursor })}`),
  status: () => call<Record<string, unknown>>('/status'),
  recorded: () => call<RecordedAnswer>('/recorded'),
  problems: () => call<{ problems: ProblemShape[] }>(`/status${query({ problems: true })}`),
  search: (q: string, signal: AbortSignal, limit = 8) =>
    call<{ groups: SearchGroup[] }>(`/search${query({ q, limit })}`, { signal }),
  searchList: (texts: string[]) =>
    ask<{ items: HitShape[]; missing: string[]; truncated: boolean }>('/search/list', { texts }),
  entity: (ref: RefShape, own?: AbortSignal) => read<EntityShape>(entity(ref), own),
  counts: (ref: RefShape, window: IsoWindow) =>
    read<{ items: CountShape[] }>(`${entity(ref)}/counts${query({ ...window })}`),
  neighbours: (
    ref: RefShape,
    way: { relation: string; outgoing: boolean; neighbour_kind: string },
    page: { order: string; limit: number; cursor?: string | null },
    window: IsoWindow,
  ) => read<NeighboursAnswer>(`${entity(ref)}/neighbors${query({ ...way, ...page, ...window })}`),
  heatmap: (ref: RefShape, window: IsoWindow, own?: AbortSignal) =>
    read<{ cells: number[][] }>(`${entity(ref)}/heatmap${query({ ...window })}`, own),
  stories: (window: IsoWindow, own?: AbortSignal) =>
    read<OverviewAnswer>(`/stories${query({ ...window })}`, own),
  story: (kind: string, id: string, window: IsoWindow, own?: AbortSignal) =>
    read<StoryAnswer>(`${told(kind, id)}${query({ ...window })}`, own),
  /** Processes of a machine, an account or an address, or those around one `process`, as rows of trees. */
  processRows: (kind: string, id: string, window: IsoWindow, own?: AbortSignal) =>
    read<ProcessRowsAnswer>(`${told(kind, id)}/processes${query({ ...window })}`, own),
  tree: (ref: RefShape, own?: AbortSignal) => read<TreeAnswer>(`${entity(ref)}/process-tree`, own),
  /** The drawn part of the graph as a file that the server makes. */
  exportGraph: (form: 'pyvis' | 'timesketch', nodes: RefShape[], window: IsoWindow) =>
    busyWhile(
      reading.run(async (signal) => {
        const response = await answered(`/export/${form}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ nodes, shown: [], ...window }),
          signal,
        });
        return response.blob();
      }),
    ),
  graph: (nodes: RefShape[], shown: RefShape[], window: IsoWindow) =>
    ask<GraphAnswer>('/graph', { nodes, shown, ...window }),
  events: (nodes: RefShape[], window: IsoWindow, own?: AbortSignal) =>
    ask<EventsAnswer>('/timeline', { nodes, ...window, limit: 1000 }, own),
  relationships: (
    edge: { start: RefShape; relation: string; end: RefShape },
    window: IsoWindow,
    cursor: string | null,
  ) => ask<RelationshipsAnswer>('/edges/relationships', { ...edge, ...window, cursor, limit: 50 }),
  relationshipEvents: (start: RefShape, relation: string, id: string) =>
    read<EvidenceAnswer>(
      `${entity(start)}/relationships/${encodeURIComponent(relation)}/${encodeURIComponent(id)}/events`,
    ),
  evidence: (eventIds: string[]) => ask<EvidenceAnswer>('/evidence', { event_ids: eventIds.slice(0, 200) }),
  paths: (wanted: PathsQuery, signal?: AbortSignal) => post<PathsAnswer>('/paths', wanted, signal),
  pivots: (kind: string) => call<{ items: PivotShape[] }>(`/pivots${query({ kind })}`),
  runPivot: (id: string, ref: RefShape, window: IsoWindow) =>
    ask<{ nodes: NodeShape[]; truncated: boolean }>(`/pivots/${encodeURIComponent(id)}:run`, {
      ...ref,
      ...window,
    }),
  query: (cypher: string, signal?: AbortSignal) =>
    post<QueryAnswer>('/query', { cypher, params: {}, limit: 500 }, signal),
  saveView: (state: string) => post<{ id: string }>('/views', { state }),
  view: (id: string) => call<{ state: string }>(`/views/${id}`),
  timelineOf: (ref: RefShape, window: IsoWindow, own?: AbortSignal) =>
    read<TimelineAnswer>(`${entity(ref)}/timeline${query({ ...window, limit: 1000 })}`, own),
  cases: () => call<{ items: CaseShape[] }>('/cases?limit=200'),
  openCase: (title: string) => post<CaseShape>('/cases', { title }),
  editCase: (one: CaseShape, change: Partial<Pick<CaseShape, 'title' | 'description' | 'status'>>) =>
    edit<CaseShape>('PATCH', `/cases/${one.id}`, one.version, change),
  items: (caseId: string, cursor: string | null = null) =>
    call<ItemsAnswer>(`/cases/${caseId}/items${query({ limit: 1000, cursor })}`),
  addItem: (caseId: string, body: ItemBody, target: TargetShape | null) =>
    post<ItemShape>(`/cases/${caseId}/items`, { body, target }),
  editItem: (item: ItemShape, body: ItemBody) =>
    edit<ItemShape>('PUT', `/cases/${item.case_id}/items/${item.id}`, item.version, { body }),
  deleteItem: (item: ItemShape) =>
    edit<undefined>('DELETE', `/cases/${item.case_id}/items/${item.id}`, item.version),
  map: (window: IsoWindow, signal: AbortSignal) => read<MapAnswer>(`/map${query({ ...window })}`, signal),
  outline: () => call<{ path: string }>('/map/outline'),
  records: (wanted: Partial<RecordsRequest>, own?: AbortSignal) =>
    ask<RecordsAnswer>('/records:search', wanted, own),
  record: (id: string, own?: AbortSignal) => read<RecordAnswer>(`/records/${encodeURIComponent(id)}`, own),
  recordBytes: (id: string) => `${BASE}/records/${encodeURIComponent(id)}/raw`,
  why: (ref: RefShape, own?: AbortSignal) => read<WhyAnswer>(`${entity(ref)}/why`, own),
  difference: (before: IsoWindow, after: IsoWindow, signal?: AbortSignal) =>
    post<DifferenceAnswer>('/difference', { before, after, limit: 200 }, signal),
  load: (uploads: string[]) => post<JobShape>('/imports', { uploads }),
  demo: () => post<JobShape>('/demo', {}),
  job: (id: string) => call<JobShape>(`/jobs/${id}`),
  coverage: () => call<CoverageAnswer>('/coverage'),
  networks: () => call<NetworksAnswer>('/networks'),
  stateNetwork: (cidr: string, kind: NetworkKind) =>
    call<NetworksAnswer>('/networks', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ cidr, kind }),
    }),
  forgetNetwork: (cidr: string) => call<NetworksAnswer>(`/networks${query({ cidr })}`, { method: 'DELETE' }),
  cancelJob: (id: string) => call<JobShape>(`/jobs/${id}`, { method: 'DELETE' }),
  incidents: (asked: { all?: boolean; budget?: number } = {}, own?: AbortSignal) =>
    read<IncidentsAnswer>(`/incidents${query(asked)}`, own),
  incidentChanges: (id: string) => read<ChangesAnswer>(`/incidents/${encodeURIComponent(id)}/changes`),
  editIncident: (id: string, version: number, said: Record<string, string>) =>
    edit<ChangesAnswer>('PATCH', `/incidents/${encodeURIComponent(id)}`, version, said),
  undoChange: (id: string) =>
    call<ChangeShape>(`/incident-changes/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  storyboard: (id: string, window: IsoWindow, own?: AbortSignal) =>
    read<StoryboardAnswer>(`/incidents/${encodeURIComponent(id)}/storyboard${query({ ...window })}`, own),
  /** The graph of an incident in columns by kind. */
  typed: (id: string, window: IsoWindow, own?: AbortSignal) =>
    read<TypedAnswer>(`${typed(id)}${query({ ...window })}`, own),
  /** What a box of it can be expanded over. */
  typedWays: (id: string, node: string, window: IsoWindow, own?: AbortSignal) =>
    read<WaysAnswer>(`${typed(id)}/ways${query({ node, ...window })}`, own),
  typedExpand: (
    id: string,
    asked: { node: string; relation: string; offset: number; limit: number },
    window: IsoWindow,
  ) => read<ExpansionAnswer>(`${typed(id)}/expand${query({ ...asked, ...window })}`),
  incidentLinks: (own?: AbortSignal) => read<{ items: LinkShape[] }>('/incident-links', own),
  cutLink: (incident: string, join: string) =>
    post<LinkShape>(`/incidents/${encodeURIComponent(incident)}/links`, {
      verdict: 'cut',
      other: join,
      reason: '',
    }),
  joinIncident: (incident: string, other: string, reason: string) =>
    post<LinkShape>(`/incidents/${encodeURIComponent(incident)}/links`, { verdict: 'join', other, reason }),
  /** Finds an act benign; `card` is the act that it is told with. */
  findBenign: (card: string, act: string) =>
    post<LinkShape>(`/incidents/${encodeURIComponent(card)}/links`, {
      verdict: 'benign',
      other: act,
      reason: '',
    }),
  undoLink: (id: string) =>
    call<LinkShape>(`/incident-links/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  identity: (kind: string, id: string) => read<IdentityAnswer>(`/identity/${kind}/${encodeURIComponent(id)}`),
  previewStatement: (wanted: StatementRequest) => ask<{ items: MoveShape[] }>('/identity/preview', wanted),
  addStatement: (wanted: StatementRequest) => post<JobShape>('/identity/statements', wanted),
  changes: `${BASE}/events`,
  analyses: () => call<{ items: AnalysisShape[] }>('/analyses'),
  analyse: (name: string) => post<JobShape>(`/analyses/${encodeURIComponent(name)}:run`, { parameters: {} }),
  /** Whole command lines of processes, and what encoded ones say. */
  commands: (processes: string[]) => ask<{ items: CommandShape[] }>('/commands', { processes }),
  incidentReport: (id: string, format: ReportForm = 'html', redact: readonly string[] = []) =>
    BASE + reportOf(id) + query({ format, redact: redact.length ? redact.join(',') : null }),
  draft: (id: string, own?: AbortSignal) => read<DraftAnswer>(`${reportOf(id)}/draft`, own),
  putReportText: (id: string, part: string, text: string) =>
    call<Schemas['ReportTextShape']>(`${reportOf(id)}/texts/${encodeURIComponent(part)}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    }),
  takeBackReportText: (id: string, part: string) =>
    call<Schemas['ReportTextShape']>(`${reportOf(id)}/texts/${encodeURIComponent(part)}`, {
      method: 'DELETE',
    }),
  addReportItem: (id: string, kind: AddedKind, refs: readonly string[]) =>
    post<ListAnswer>(`${reportOf(id)}/items`, { kind, refs }),
  arrangeReportItems: (id: string, items: readonly string[], version: number) =>
    edit<ListAnswer>('PUT', `${reportOf(id)}/items`, version, { items }),
  reportUrl: (caseId: string, format: 'html' | 'markdown' | 'stix') =>
    `${BASE}/cases/${caseId}/report?format=${format}`,
};
