/** What happens beside the page: the command line, requests of somebody else, and a connection that breaks. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { address, storedSession } from '../browser/_browser.mjs';

const run = promisify(execFile);
const origin = new URL(address).origin;

export const file = (name) => join(process.env.GRAPHHUNT_FILES, name);

/** Loads a file by the command line, in a process of its own. */
export async function loadByCommand(name) {
  const db = process.env.GRAPHHUNT_DB ? ['--db', process.env.GRAPHHUNT_DB] : [];
  const words = ['load', file(name), '--workspace', process.env.GRAPHHUNT_WORKSPACE, ...db];
  await run(process.env.GRAPHHUNT_COMMAND, words);
}

/** Asks the server from beside the page, as the same person. */
export async function ask(path, options = {}) {
  const { name, value } = storedSession();
  const headers = { cookie: `${name}=${value}`, 'sec-fetch-site': 'same-origin', ...options.headers };
  const answer = await fetch(`${origin}/api/v1${path}`, { ...options, headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const json = (body) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Sends a file and begins to load it; gives the job. */
export async function beginLoad(name) {
  const upload = await ask(`/uploads?name=${name}`, { method: 'POST', body: await readFile(file(name)) });
  return ask('/imports', json({ uploads: [upload.id] }));
}

export const analyse = (name, parameters) => ask(`/analyses/${name}:run`, json({ parameters }));

/** Waits until a job has reached one of the states. */
export async function reached(id, ...states) {
  for (;;) {
    const job = await ask(`/jobs/${id}`);
    if (states.includes(job.state)) return job;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** A line between the page and the server that can be cut and mended. */
export async function line() {
  const target = new URL(address);
  const open = new Set();
  let whole = true;
  const server = net.createServer((socket) => {
    if (!whole) return socket.destroy();
    const onward = net.connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ]) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  return {
    origin: `http://127.0.0.1:${port}`,
    /** The same session: its cookie is named after the port. */
    cookie: { ...storedSession(), name: `graphhunt_${port}` },
    cut() {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    mend() {
      whole = true;
    },
    close() {
      this.cut();
      server.close();
    },
  };
}
