/** Sends one file and tells how much of it is there: `fetch` can't. */
import { ApiError, BASE, type UploadShape } from './client';
import { parseExact } from './json';

export function upload(file: File, told: (sent: number) => void): Promise<UploadShape> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${BASE}/uploads?${new URLSearchParams({ name: file.name })}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => told(event.loaded));
    request.addEventListener('error', () => failed(new ApiError(0, 'The server does not answer.')));
    request.addEventListener('load', () => {
      if (request.status === 201) done(parseExact(request.responseText) as UploadShape);
      else failed(refusal(request));
    });
    request.send(file);
  });
}

function refusal(request: XMLHttpRequest): ApiError {
  let problem: { detail?: string; hint?: string } = {};
  try {
    problem = JSON.parse(request.responseText) as typeof problem;
  } catch {
    // What stands between page and server answers in its own words.
  }
  const detail = problem.detail ?? `The server answered ${request.status}.`;
  return new ApiError(request.status, detail, problem.hint ?? null);
}
