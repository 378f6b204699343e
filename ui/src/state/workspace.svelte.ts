/** The investigation on screen: state, history, browser address and what has been fetched, held together. */
import { tick, untrack } from 'svelte';
import {
  api,
  ApiError,
  type AttackPath,
  type HuntScope,
  type CountShape,
  type IsoWindow,
  type NodeShape,
  type PathsQuery,
} from '../api/client';
import { MANY } from '../graph/disc';
import { Model, words, type Drawing, type EdgeData, type NodeData } from '../graph/model';
import { fromIso, toIso } from '../time/format';
import { busyWhile } from './busy';
import { drawnHop } from './hops';
import { act, begin, goTo, type History } from './history';
import { notices } from './notices.svelte';
import { isCalledOff, isOver } from './reading.svelte';
import { reduce, type Action } from './actions';
import { Address, windowOf, type How } from './address';
import { route } from './route.svelte';
import {
  EMPTY,
  foldKey,
  keyOf,
  refOf,
  type Fold,
  type Key,
  type State,
  type TimeWindow,
  type Way,
} from './state';
import { decode, encode, fromFragment, stateHash, toFragment } from './url';

/** Neighbours that are drawn without asking, and how many a group gives at a time. */
export const PAGE = 50;
/** Neighbours that may be drawn one by one in one step. */
export const MOST_AT_ONCE = 500;
/** Drawn elements beyond which the picture is no longer one; more has to come folded. */
export const MAX_DRAWN = 2000;

/** Milliseconds within which reasons to fetch everything again count as one. */
const TOGETHER = 100;

export type Order = 'recent' | 'often' | 'first' | 'risk';

class Workspace {
  history: History = $state.raw(begin(EMPTY));
  readonly model = new Model();
  /** What the canvas is placing and painting, if anything; it ends when the picture stands. */
  placing: Promise<unknown> | null = null;
  /** Counts up when the model has something new, which no rune can see. */
  revision = $state(0);
  pending = $state(0);
  /** Said to screen readers after each change. */
  said = $state('');
  signedOut = $state(false);
  ready = $state(false);
  /** Exact edges within the window, by key; null while they are being fetched. */
  private windowed: ReadonlyMap<Key, { first: number | null; last: number | null }> | null = $state.raw(null);

  paths: AttackPath[] | null = $state.raw(null);
  pathsTruncated = $state(false);
  pathsReason: string | null = $state(null);
  pathsScope: HuntScope | null = $state(null);
  pathsMeaning: string | null = $state(null);
  pathsQuery: PathsQuery = $state.raw({});
  pathsBusy = $state(false);
  pathsError: string | null = $state(null);
  private pathsCall: AbortController | null = null;
  status: Record<string, unknown> | null = $state.raw(null);
  /** Several entities chosen at once, to hide, keep or group; a way of pointing, so not part of the state. */
  marked: ReadonlySet<Key> = $state.raw(new Set());
  /** The hop that is being played; null shows the whole path. */
  step: number | null = $state(null);
  /** The relationship that the timeline is to show next. */
  wantedEvent: string | null = $state(null);

  readonly state: State = $derived(this.history.present);
  private readonly stretch: TimeWindow | null = $derived(this.state.window);
  /** The window in the server's form: the same object as long as the window is the same. */
  readonly window: IsoWindow = $derived({
    since: this.stretch ? toIso(this.stretch.since) : null,
    until: this.stretch ? toIso(this.stretch.until) : null,
  });
  /** Counts up when the graph on the server has changed. */
  epoch = $state(0);
  readonly drawing: Drawing = $derived.by(() => {
    void this.revision;
    return this.model.draw(this.state, this.windowed);
  });

  private readonly linked = new Set<Key>();
  private readonly asked = new Set<Key>();
  private readonly counted = new Map<string, Promise<CountShape[]>>();
  private readonly address = new Address();
  private windowCall = 0;
  private renewal: Promise<void> | null = null;
  /** The edges that are known are those of an earlier graph. */
  private stale = false;

  get canUndo(): boolean {
    return this.history.past.length > 0;
  }

  get canRedo(): boolean {
    return this.history.future.length > 0;
  }

  get hash(): string {
    return stateHash(this.state);
  }

  async start(): Promise<void> {
    window.addEventListener('popstate', (event) => void this.onPopState(event));
    route.begin((fragment, how) => this.enter(fragment, how));
    await this.restore();
    void this.run(async () => {
      this.status = await api.status();
    });
  }

  /** Fetches what is drawn and what is loaded again: the graph has changed. Calls that come together are one. */
  renew(): Promise<void> {
    this.renewal ??= new Promise<void>((done) => setTimeout(done, TOGETHER)).then(() => {
      this.renewal = null;
      return busyWhile(this.fetchAgain());
    });
    return this.renewal;
  }

  private async fetchAgain(): Promise<void> {
    this.linked.clear();
    this.asked.clear();
    this.counted.clear();
    this.stale = true;
    this.epoch += 1;
    if (this.paths) void this.findPaths(this.pathsQuery);
    const status = await this.run(() => api.status());
    if (status) this.status = status;
    await this.load();
    await this.loadWindow();
  }

  /** Applies an action, writes the address and fetches what the new state needs. */
  do(action: Action): void {
    const next = act(this.history, action);
    if (next === this.history) return;
    const grew = next.past.length !== this.history.past.length;
    this.history = next;
    this.writeUrl(grew ? 'push' : 'replace');
    this.follow();
  }

  /** Puts a kept state in place of the present one; undo brings that back. */
  show(text: string): void {
    this.do({ type: 'restore', state: decode(text) });
  }

  mark(keys: Iterable<Key>): void {
    const shown = new Set(this.state.nodes);
    this.marked = new Set([...keys].filter((key) => shown.has(key)));
    if (this.marked.size) this.say(`${this.marked.size} marked.`);
  }

  toggleMark(key: Key): void {
    const marked = [...this.marked];
    this.mark(this.marked.has(key) ? marked.filter((other) => other !== key) : [...marked, key]);
  }

  groupMarked(): void {
    const keys = [...this.marked];
    const kinds = new Set(keys.map((key) => refOf(key).kind));
    const name = `${keys.length} ${kinds.size === 1 ? [...kinds][0] : 'entities'}`;
    let number = 1;
    while (this.state.groups.some((group) => group.id === `g${number}`)) number += 1;
    const before = this.state;
    this.do({ type: 'group', group: { id: `g${number}`, name, keys } });
    if (this.state === before) this.tell('A group needs two entities that are not on the drawn path.');
    this.marked = new Set();
  }

  /** Fetches names of entities without drawing them. */
  async know(keys: readonly Key[]): Promise<void> {
    const wanted = keys.filter((key) => !this.linked.has(key) && !this.asked.has(key)).slice(0, 1000);
    if (wanted.length === 0) return;
    for (const key of wanted) this.asked.add(key);
    const found = await this.run(() => api.graph(wanted.map(refOf), [], { since: null, until: null }));
    if (!found) return;
    for (const node of found.nodes) this.model.addNode(node);
    for (const ref of found.missing) this.model.addMissing(ref);
    this.revision += 1;
  }

  undo(): void {
    if (!this.canUndo) return;
    if (this.address.leadsBack(this.index, this.tip)) window.history.back();
    else this.stepBy(-1);
  }

  redo(): void {
    if (!this.canRedo) return;
    if (this.address.leadsForward(this.index, this.tip)) window.history.forward();
    else this.stepBy(1);
  }

  private get index(): number {
    return this.history.past.length;
  }

  private get tip(): number {
    return this.index + this.history.future.length;
  }

  /** Goes beyond what the browser remembers, in the entry it is at. */
  private stepBy(by: number): void {
    this.history = goTo(this.history, this.index + by);
    this.writeUrl('replace');
    this.follow();
  }

  say(text: string): void {
    this.said = text;
  }

  tell(text: string, error = false): void {
    notices.tell(text, error);
    this.said = text;
  }

  /** Runs work that talks to the server; failures become a notice. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    this.busy(1);
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.signedOut = true;
      else if (isCalledOff(error)) this.tell('Cancelled.');
      else if (!isOver(error)) this.tell(describeError(error), true);
      return null;
    } finally {
      this.busy(-1);
    }
  }

  /** An effect that starts work must not come to depend on how much is under way. */
  private busy(change: number): void {
    untrack(() => (this.pending += change));
  }

  node(key: Key): NodeData | null {
    void this.revision;
    return this.model.node(key);
  }

  /** The telemetry's own name of an entity, whatever the case calls it: what the server knows it by. */
  nameOf(key: Key): string {
    const node = this.node(key);
    return node?.renamed ?? node?.label ?? refOf(key).id;
  }

  /** Shows entities under the names that the open case gives them. */
  rename(aliases: ReadonlyMap<Key, string>): void {
    untrack(() => {
      this.model.aliases = aliases;
      this.revision += 1;
    });
  }

  edge(key: Key): EdgeData | null {
    void this.revision;
    return this.model.edge(key);
  }

  /** Takes in entities and puts them into the picture. */
  addShapes(shapes: readonly NodeShape[], select = false): void {
    const keys = shapes.map((shape) => this.model.addNode(shape));
    if (keys.length === 0) return;
    if (this.state.nodes.length + keys.length > MAX_DRAWN) {
      this.tell(`The picture holds at most ${MAX_DRAWN} entities; hide or group some first.`, true);
      return;
    }
    this.revision += 1;
    const first = keys[0];
    this.do({ type: 'add', keys, ...(select && first ? { select: first } : {}) });
    if (['tree', 'query', 'compare', 'map'].includes(this.state.view)) {
      this.do({ type: 'view', view: 'graph' });
    }
    this.say(`${keys.length} added, ${this.state.nodes.length} in the picture.`);
  }

  /** What an entity is related to in the window; counted once, whoever asks. */
  async counts(key: Key): Promise<CountShape[]> {
    const about = JSON.stringify([key, this.window]);
    const known = this.counted.get(about);
    if (known) return known;
    const asked = api.counts(refOf(key), this.window).then((answer) => answer.items);
    this.counted.set(about, asked);
    // What failed or was called off is asked again.
    asked.catch(() => this.counted.delete(about));
    return asked;
  }

  /** Adds neighbours over one relation; what is beyond the page stays as a group with its count. */
  async expand(key: Key, way: Way, order: Order = 'recent', limit = PAGE): Promise<void> {
    const answer = await this.run(() =>
      api.neighbours(refOf(key), way, { order, limit: Math.min(limit, 1000) }, this.window),
    );
    if (!answer) return;
    const keys = answer.items.map((item) => this.model.addNode(item.node));
    // Few are shown with all that is between them; many at once with what is known, the rest comes with the next answer.
    if (keys.length < MANY) await this.link(keys);
    for (const { node, ...about } of keys.length < MANY ? [] : answer.items) {
      const [start, end] = way.outgoing ? [refOf(key), node] : [node, refOf(key)];
      this.model.addEdge({ ...about, start, end, relation: way.relation, logon_types: [] });
    }
    this.revision += 1;
    const rest = answer.total.value - keys.length;
    const fold: Fold = { of: key, ...way, total: rest };
    if (rest > 0) this.do({ type: 'unfold', key: foldKey(fold), keys, rest: fold });
    else this.do({ type: 'unfold', key: foldKey(fold), keys, rest: null });
    const shown = `${keys.length} of ${answer.total.value}`;
    this.say(`Showing ${shown} ${way.neighbour_kind} over ${words(way.relation)}.`);
  }

  collapse(key: Key): void {
    const leaves = this.model.leavesOf(key, this.state);
    if (leaves.length === 0) {
      this.tell('Nothing to collapse: every neighbour in the picture is related to something else too.');
      return;
    }
    const earlier = new Map(this.state.folds.map((fold) => [foldKey(fold), fold.total]));
    const folds = this.model
      .foldsOf(key, leaves)
      .map((fold) => ({ ...fold, total: fold.total + (earlier.get(foldKey(fold)) ?? 0) }));
    this.do({ type: 'collapse', keys: leaves, folds });
    this.say(`${leaves.length} collapsed.`);
  }

  /** Finds attack paths; the list replaces the one before. */
  async findPaths(query: PathsQuery): Promise<void> {
    this.pathsCall?.abort();
    const mine = new AbortController();
    this.pathsCall = mine;
    this.pathsBusy = true;
    this.pathsError = null;
    this.pathsQuery = query;
    try {
      const answer = await api.paths({ k: 20, ...query }, mine.signal);
      this.paths = answer.paths;
      this.pathsTruncated = answer.truncated;
      this.pathsReason = answer.reason ?? answer.notes?.join('; ') ?? null;
      this.pathsScope = answer.scope ?? null;
      this.pathsMeaning = answer.scope?.meaning ?? answer.meaning ?? null;
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error instanceof ApiError && error.status === 401) this.signedOut = true;
      this.paths = null;
      this.pathsError = describeError(error);
    } finally {
      if (this.pathsCall === mine) {
        this.pathsBusy = false;
        this.pathsCall = null;
      }
    }
  }

  /** Ends the search for paths; the list stays what it was. */
  cancelPaths(): void {
    this.pathsCall?.abort();
    this.say('Cancelled.');
  }

  showPath(path: AttackPath): void {
    const hops = path.hops.map(drawnHop);
    // Names are known already, so the path is drawn before the rest of its machines is fetched.
    hops.forEach((hop, index) => {
      this.introduce(hop.from, path.hops[index]?.from);
      this.introduce(hop.to, path.hops[index]?.to);
    });
    this.revision += 1;
    this.do({ type: 'showPath', hops });
    this.say(`Attack path with ${path.hops.length} hops drawn.`);
  }

  private introduce(key: Key, label?: string): void {
    if (this.model.has(key)) return;
    this.model.addNode({ ...refOf(key), label: label ?? refOf(key).id, detail: '', stub: false });
  }

  setWindow(window: TimeWindow | null): void {
    this.do({ type: 'window', window });
  }

  private follow(): void {
    this.step = null;
    if (this.marked.size) this.mark(this.marked);
    void busyWhile(this.load());
    void this.loadWindow();
  }

  /** Fetches entities and edges that the state shows and the model lacks, once what is known of them is drawn. */
  private async load(): Promise<void> {
    await tick();
    // Not for ever: a picture that takes long doesn't keep the rest from coming.
    await Promise.race([this.placing, new Promise((done) => setTimeout(done, 1000))]);
    await this.link(this.state.nodes);
  }

  private async link(keys: readonly Key[]): Promise<void> {
    const wanted = keys.filter((key) => !this.linked.has(key));
    if (wanted.length === 0) return;
    for (const key of wanted) this.linked.add(key);
    const known = [...this.linked].filter((key) => !wanted.includes(key)).slice(-5000);
    const answer = await this.run(() =>
      api.graph(wanted.map(refOf), known.map(refOf), { since: null, until: null }),
    );
    if (!answer) {
      for (const key of wanted) this.linked.delete(key);
      return;
    }
    if (this.stale) this.model.clearEdges();
    this.stale = false;
    for (const node of answer.nodes) this.model.addNode(node);
    for (const ref of answer.missing) this.model.addMissing(ref);
    for (const edge of answer.edges) this.model.addEdge(edge);
    this.revision += 1;
  }

  /** Asks the server which edges have a relationship inside the window; first and last alone can't tell. */
  private async loadWindow(): Promise<void> {
    const call = ++this.windowCall;
    const { window, nodes } = this.state;
    if (!window) {
      this.windowed = null;
      return;
    }
    const answer = await this.run(() => api.graph(nodes.map(refOf), [], this.window));
    if (!answer || call !== this.windowCall) return;
    this.windowed = new Map(
      answer.edges.map((edge) => [
        `edge:${keyOf(edge.start)}|${edge.relation}|${keyOf(edge.end)}`,
        { first: fromIso(edge.first), last: fromIso(edge.last) },
      ]),
    );
  }

  private writeUrl(how: How): void {
    if (route.room !== 'graph') {
      const [since, until] = [this.window.since ?? '', this.window.until ?? ''];
      // Another stretch of time is a step that Back takes back.
      const same = since === (route.query.get('since') ?? '') && until === (route.query.get('until') ?? '');
      if (!same && how === 'push') this.address.grew(this.index);
      route.ask({ since, until }, same ? 'replace' : how);
      return;
    }
    if (how === 'push') this.address.grew(this.index);
    const fragment = toFragment(this.state);
    this.address.write(how, this.index, fragment || '#/graph');
    if (fragment === null) void this.keepOnServer(this.index);
  }

  /** Writes the address of a place; what is drawn stays, and shows again in the graph's room. */
  private enter(fragment: string, how: How): void {
    this.address.write(how, this.index, fragment);
    if (route.room !== 'graph') return;
    this.address.began(this.index);
    this.writeUrl('replace');
  }

  private async keepOnServer(index: number): Promise<void> {
    const saved = await this.run(() => api.saveView(encode(this.state)));
    const now = this.address.indexOf(window.history.state);
    if (saved && now === index && route.room === 'graph')
      this.address.write('replace', index, `#v=${saved.id}`);
  }

  private async onPopState(event: PopStateEvent): Promise<void> {
    const index = this.address.indexOf(event.state);
    if (index !== null) {
      this.history = goTo(this.history, index);
      route.read();
      this.follow();
    } else if (/^#[sv]=/.test(window.location.hash)) await this.restore();
    else this.arrive();
  }

  /** Comes to a room by a link or an address that was typed: what is drawn stays as it is. */
  private arrive(): void {
    route.read();
    this.enter(window.location.hash, 'replace');
    const wanted = windowOf(route.query);
    if (wanted) this.setWindow(wanted);
  }

  /** Starts from the address: its own state, or the one the server keeps for it. */
  private async restore(): Promise<void> {
    route.read();
    const found = fromFragment(window.location.hash);
    let state = 'state' in found ? found.state : EMPTY;
    if ('view' in found) {
      const kept = await this.run(() => api.view(found.view));
      if (kept) state = decode(kept.state);
    }
    if (route.room !== 'graph') state = { ...state, window: windowOf(route.query) };
    this.history = begin(reduce(state, { type: 'select', key: state.selection }));
    this.address.began(0);
    this.address.write('replace', 0, window.location.hash);
    this.ready = true;
    this.follow();
  }
}

export function describeError(error: unknown): string {
  if (isOver(error)) return 'Cancelled.';
  if (error instanceof ApiError) return error.hint ? `${error.message} (${error.hint})` : error.message;
  return error instanceof Error ? error.message : String(error);
}

export const workspace = new Workspace();
